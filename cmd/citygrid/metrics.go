package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"citygrid/registry/locator"
)

// locatorMetrics shows how the locator fares.
func locatorMetrics(stats func() locator.Stats) []prometheus.Collector {
	gauge := func(name, help string, value func(locator.Stats) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "citygrid_locator_" + name, Help: help},
			func() float64 { return value(stats()) })
	}
	counter := func(name, help string, value func(locator.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "citygrid_locator_" + name, Help: help},
			func() float64 { return float64(value(stats())) })
	}
	return []prometheus.Collector{
		gauge("revision", "Revision that answers about points belong to.", func(s locator.Stats) float64 { return float64(s.Revision) }),
		gauge("cells", "Grid cells in memory.", func(s locator.Stats) float64 { return float64(s.Cells) }),
		gauge("stale_seconds", "Time since memory last agreed with the database, 0 up to 10 s.", func(s locator.Stats) float64 { return s.StaleSeconds }),
		gauge("refresh_seconds", "Time that the last refresh took.", func(s locator.Stats) float64 { return s.Refresh.Seconds() }),
		counter("refreshes_total", "Revisions taken into memory.", func(s locator.Stats) int64 { return s.Refreshes }),
		counter("refresh_failures_total", "Attempts to ask the database for its revision or data that failed.", func(s locator.Stats) int64 { return s.Failures }),
		counter("verifications_total", "Comparisons of memory with the database.", func(s locator.Stats) int64 { return s.Verifications }),
		counter("differences_total", "Comparisons that found a difference, which was mended.", func(s locator.Stats) int64 { return s.Differences }),
	}
}
