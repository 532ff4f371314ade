"""What analysts reach for: functions and plots of any monthly frame, without a report."""
