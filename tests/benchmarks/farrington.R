# What surveillance::farringtonFlexible says of the months asked about.
#
#   Rscript farrington.R counts.csv asked.csv answers.csv [years]
#
# counts.csv: a row a month, a column a series, names in the first row. asked.csv: series and month (its row in
# counts.csv, from 1). answers.csv adds to these the verdict at alpha 0.05, the upper bound, the expected count, the
# dispersion, whether the trend stayed, and the lower bound of the same distribution.

suppressMessages(library(surveillance))
paths <- commandArgs(trailingOnly = TRUE)
years <- if (length(paths) > 3) as.integer(paths[4]) else 4
counts <- as.matrix(read.csv(paths[1], check.names = FALSE))
asked <- read.csv(paths[2], colClasses = c(series = "character"))
alpha <- 0.05

answers <- Map(function(series, month) {
  answer <- farringtonFlexible(
    sts(counts[, series], frequency = 12),
    control = list(
      range = month, b = years, w = 1, noPeriods = 10, pastWeeksNotIncluded = 3, trend = TRUE, pThresholdTrend = 0.05,
      reweight = TRUE, weightsThreshold = 2.58, thresholdMethod = "nbPlugin", alpha = alpha, limit54 = c(5, 4),
      glmWarnings = FALSE
    )
  )
  mean <- answer@control$mu0Vector[1]
  dispersion <- answer@control$phiVector[1]
  lower <- if (dispersion > 1) qnbinom(alpha, mean / (dispersion - 1), 1 / dispersion) else qpois(alpha, mean)
  data.frame(
    series = series, month = month, alarm = as.integer(alarms(answer)), upper = as.numeric(upperbound(answer)),
    expected = mean, dispersion = dispersion, trend = answer@control$trend[1], lower = lower
  )
}, asked$series, asked$month)
write.csv(do.call(rbind, answers), paths[3], row.names = FALSE)
