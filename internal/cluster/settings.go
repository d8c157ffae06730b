package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// settingsFile is included at the end of postgresql.conf and written anew at each start. ALTER SYSTEM overrides it.
const settingsFile = "citygrid.conf"

// setting is one line of the server's configuration.
type setting struct{ name, value string }

// common is what every cluster runs with.
func common() []setting {
	return []setting{
		{"timezone", "UTC"},
		{"log_timezone", "UTC"},
		{"jit", "off"},              // compiling costs more than these short queries take
		{"random_page_cost", "1.1"}, // solid-state disks: keeps the planner on the GiST index
		{"client_connection_check_interval", "2s"},
		{"log_line_prefix", "%m [%p] %d "},
		{"lc_messages", "C"},
	}
}

// durable is the embedded default: an acknowledged commit survives a power cut.
func durable() []setting {
	return append(common(),
		setting{"fsync", "on"},
		setting{"full_page_writes", "on"},
		setting{"synchronous_commit", "on"},
		setting{"max_connections", "50"},
		setting{"shared_buffers", "256MB"},
		setting{"maintenance_work_mem", "128MB"},
		setting{"max_wal_size", "2GB"},
		setting{"checkpoint_timeout", "15min"},
		setting{"wal_compression", "on"},
	)
}

// fleeting is for tests: nothing has to survive, not even a crash.
func fleeting() []setting {
	return append(common(),
		setting{"fsync", "off"},
		setting{"full_page_writes", "off"},
		setting{"synchronous_commit", "off"},
		setting{"max_connections", "100"}, // parallel tests, each with a pool
		setting{"shared_buffers", "64MB"},
		setting{"max_wal_size", "512MB"},
		setting{"wal_level", "minimal"},
		setting{"max_wal_senders", "0"},
	)
}

// writeSettings replaces the settings file in one step.
func (f folder) writeSettings(a account, settings []setting) error {
	var text strings.Builder
	text.WriteString("# Written by citygrid at each start. To change a value use ALTER SYSTEM, which wins over this file.\n")
	for _, s := range settings {
		fmt.Fprintf(&text, "%s = '%s'\n", s.name, s.value)
	}
	path := filepath.Join(f.data, settingsFile)
	if err := os.WriteFile(path+".new", []byte(text.String()), 0o600); err != nil {
		return fmt.Errorf("cluster: settings: %w", err)
	}
	if err := a.own(path + ".new"); err != nil {
		return fmt.Errorf("cluster: settings: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("cluster: settings: %w", err)
	}
	return nil
}
