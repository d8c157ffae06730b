package main

import (
	"bytes"
	"encoding/csv"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTrap23ProposalsOfADryRunWrittenIntoTheFileAreTaken does what a crew does with three lamps that have no number yet.
func TestTrap23ProposalsOfADryRunWrittenIntoTheFileAreTaken(t *testing.T) {
	t.Parallel()
	registry, dir := surveyed(t)
	file, list := filepath.Join(dir, "new.csv"), filepath.Join(dir, "report.csv")
	const header = "标识码,名称,状态,初始日期,经度,纬度\n"
	lamps := []string{",路灯,完好,2011-12-31,111.2894,30.7103\n", ",路灯,完好,2011-12-31,111.2896,30.7105\n", ",路灯,完好,2011-12-31,111.2898,30.7107\n"}
	put(t, file, header+strings.Join(lamps, ""))
	citygrid(t, registry, "import", "--dry-run", file, "--report", list).want(t, exitRefused, "missing_value", "is proposed, free as of now and not reserved")

	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(textOf(t, list), "\ufeff"))).ReadAll()
	if err != nil || len(records) != 4 {
		t.Fatalf("%q, %v", records, err)
	}
	at := slices.Index(records[0], "改为 Instead")
	var numbered bytes.Buffer
	numbered.WriteString(header)
	for i, lamp := range lamps {
		code := records[i+1][at]
		if len(code) != 16 || code[6:10] != "0118" || i > 0 && code <= records[i][at] {
			t.Errorf("row %d: proposed is %q", i+2, code)
		}
		numbered.WriteString(code + lamp)
	}
	put(t, file, numbered.String())
	citygrid(t, registry, "import", file).want(t, 0, "3 rows: 3 created, 0 updated, 0 unchanged, 0 refused")
	citygrid(t, registry, "import", file).want(t, 0, "3 rows: 0 created, 0 updated, 3 unchanged, 0 refused")
}
