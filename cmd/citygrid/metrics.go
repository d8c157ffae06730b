package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"citygrid/registry/intake"
	"citygrid/registry/locator"
	"citygrid/registry/nearby"
)

// locatorMetrics shows how the locator fares.
func locatorMetrics(stats func() locator.Stats) []prometheus.Collector {
	const prefix = "citygrid_locator_"
	return []prometheus.Collector{
		gauge(prefix+"revision", "Revision that answers about points belong to.", stats, func(s locator.Stats) float64 { return float64(s.Revision) }),
		gauge(prefix+"cells", "Grid cells in memory.", stats, func(s locator.Stats) float64 { return float64(s.Cells) }),
		gauge(prefix+"stale_seconds", "Time since memory last agreed with the database, 0 up to 10 s.", stats, func(s locator.Stats) float64 { return s.StaleSeconds }),
		gauge(prefix+"refresh_seconds", "Time that the last refresh took.", stats, func(s locator.Stats) float64 { return s.Refresh.Seconds() }),
		counter(prefix+"refreshes_total", "Revisions taken into memory.", stats, func(s locator.Stats) int64 { return s.Refreshes }),
		counter(prefix+"refresh_failures_total", "Attempts to ask the database for its revision or data that failed.", stats, func(s locator.Stats) int64 { return s.Failures }),
		counter(prefix+"verifications_total", "Comparisons of memory with the database.", stats, func(s locator.Stats) int64 { return s.Verifications }),
		counter(prefix+"differences_total", "Comparisons that found a difference, which was mended.", stats, func(s locator.Stats) int64 { return s.Differences }),
	}
}

// finderMetrics shows how the finder of components fares.
func finderMetrics(stats func() nearby.Stats) []prometheus.Collector {
	const prefix = "citygrid_finder_"
	return []prometheus.Collector{
		gauge(prefix+"revision", "Revision of the components in memory.", stats, func(s nearby.Stats) float64 { return float64(s.Revision) }),
		gauge(prefix+"components", "Components in memory.", stats, func(s nearby.Stats) float64 { return float64(s.Components) }),
		counter(prefix+"verifications_total", "Comparisons of memory with the database.", stats, func(s nearby.Stats) int64 { return s.Verifications }),
		counter(prefix+"differences_total", "Comparisons that found a difference, which was mended.", stats, func(s nearby.Stats) int64 { return s.Differences }),
	}
}

// importMetrics shows how survey files fare that come over HTTP.
func importMetrics(stats func() intake.Stats) []prometheus.Collector {
	const prefix = "citygrid_imports_"
	return []prometheus.Collector{
		gauge(prefix+"active", "Imports that wait for a turn or are worked on.", stats, func(s intake.Stats) float64 { return float64(s.Active) }),
		counter(prefix+"taken_total", "Survey files received.", stats, func(s intake.Stats) int64 { return s.Taken }),
		counter(prefix+"promoted_total", "Imports promoted.", stats, func(s intake.Stats) int64 { return s.Promoted }),
		counter(prefix+"failures_total", "Tries that failed for other reasons than what stands in a file.", stats, func(s intake.Stats) int64 { return s.Failed }),
	}
}

func gauge[S any](name, help string, stats func() S, value func(S) float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(stats()) })
}

func counter[S any](name, help string, stats func() S, value func(S) int64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value(stats())) })
}
