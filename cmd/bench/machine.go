package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// machine describes what the figures were measured on. Nothing in it names the machine.
func (l *lab) machine(ctx context.Context) ([]fact, error) {
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return nil, fmt.Errorf("describe machine: %w", err)
	}
	cpu, err := procField("/proc/cpuinfo", "model name")
	if err != nil {
		return nil, err
	}
	memory, err := procField("/proc/meminfo", "MemTotal")
	if err != nil {
		return nil, err
	}
	kib, _ := strconv.ParseFloat(strings.TrimSuffix(memory, " kB"), 64)
	facts := []fact{
		{"processor", fmt.Sprintf("%s, %d cores for this program, the database and the load generator together", cpu, runtime.NumCPU())},
		{"memory", fmt.Sprintf("%.0f GiB", kib/(1<<20))},
		{"kernel", strings.TrimSpace(string(kernel))},
		{"Go", strings.TrimPrefix(runtime.Version(), "go") + " on " + runtime.GOOS + "/" + runtime.GOARCH},
	}
	if l.cluster == nil {
		return facts, nil
	}
	conn, err := pgx.Connect(ctx, l.cluster.URL("postgres"))
	if err != nil {
		return nil, fmt.Errorf("describe machine: %w", err)
	}
	defer conn.Close(ctx)
	var postgres, postgis string
	if err := conn.QueryRow(ctx, sqlVersions).Scan(&postgres, &postgis); err != nil {
		return nil, fmt.Errorf("describe machine: %w", err)
	}
	facts = append(facts, fact{"PostgreSQL", postgres}, fact{"PostGIS", postgis})
	for _, c := range l.cities {
		facts = append(facts, fact{"data", c.String()})
	}
	return facts, nil
}

const sqlVersions = `
select split_part(current_setting('server_version'), ' ', 1),
    (select default_version from pg_available_extensions where name = 'postgis')`

// procField is the value of the first line "name : value" of a file of /proc.
func procField(path, name string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("describe machine: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), nil
		}
	}
	return "unknown", nil
}

// loadAverage is the kernel's, of the last minute.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	minute, _, _ := strings.Cut(string(text), " ")
	return minute
}

// stolen counts processor time that the host gave to others, where the kernel is told.
type stolen struct{ all, lost uint64 }

func newStolen() stolen {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return stolen{}
	}
	var s stolen
	first, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(first) { // cpu user nice system idle iowait irq softirq steal guest guest_nice
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil || i > 8 {
			continue
		}
		s.all += n
		if i == 8 {
			s.lost = n
		}
	}
	return s
}

// percent is the share that was lost since s was taken.
func (s stolen) percent() string {
	now := newStolen()
	if now.all == s.all {
		return "unknown"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(now.lost-s.lost)/float64(now.all-s.all))
}
