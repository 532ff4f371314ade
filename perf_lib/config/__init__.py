"""What a body writes of itself: catalogue, settings, markings, read strictly from YAML."""
