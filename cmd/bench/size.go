package main

import "time"

// size is how much is measured.
type size struct {
	name   string
	rounds int // of each comparison, besides one to warm up
	seed   uint64
	points int   // that are located
	one    int   // of them asked one by one
	lists  int   // of them asked in lists, and in one join
	memory []int // working sets in bytes

	town    plan // of the size of a district's inner city
	country plan // far more cells than a city has
	crowded plan // with many components

	load      time.Duration // of each round of HTTP requests, in whole seconds
	questions int           // different requests that the load repeats
	batch     int           // points in a list
	file      int           // points in a file
	page      int           // features on a page
	walk      int           // features on a page of one who wants all

	survey   plan  // with the components of one survey file
	imports  int   // rounds of importing it
	workbook int   // rows of a workbook
	weighed  []int // rows of the files with which the importer is weighed
}

// plan is a city to draw.
type plan struct {
	name       string
	cells      int // 0: the synthetic Yichang
	components int
}

// full is what docs/benchmarks.md reports.
func full() size {
	return size{
		name: "full", rounds: 7, seed: 1, points: 1_000_000, one: 5_000, lists: 50_000,
		memory:  []int{16 << 10, 256 << 10, 4 << 20, 128 << 20, 1 << 30},
		town:    plan{name: "yichang"},
		country: plan{name: "country", cells: 100_000},
		crowded: plan{name: "crowded", cells: 10_000, components: 1_000_000},
		load:    3 * time.Second, questions: 1_000, batch: 10_000, file: 1_000_000, page: 1_000, walk: 10_000,
		survey: plan{name: "survey", cells: 10_000, components: 1_000_000}, imports: 3, workbook: 100_000, weighed: []int{1_000_000, 5_000_000},
	}
}

// small shows that everything runs.
func small() size {
	return size{
		name: "quick", rounds: 3, seed: 1, points: 50_000, one: 500, lists: 5_000,
		memory:  []int{16 << 10, 256 << 10, 4 << 20},
		town:    plan{name: "yichang"},
		country: plan{name: "country", cells: 5_000},
		crowded: plan{name: "crowded", cells: 500, components: 50_000},
		load:    time.Second, questions: 100, batch: 1_000, file: 50_000, page: 100, walk: 1_000,
		survey: plan{name: "survey", cells: 500, components: 50_000}, imports: 1, workbook: 10_000, weighed: []int{50_000, 250_000},
	}
}
