package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// wrk is the load generator: one thread that keeps connections alive and repeats requests as fast as they are answered.
type wrk struct {
	connections int
	lasts       time.Duration // whole seconds
	method      string
	header      string   // "Name: value", or empty
	paths       []string // asked in turn
	body        []byte
}

// run puts the load on a server and returns requests a second. Any answer above 399 and any broken connection is an error. Files are
// left in dir.
func (w wrk) run(ctx context.Context, dir, base string) (float64, error) {
	files := map[string]string{"wrk.lua": wrkScript, "paths": strings.Join(w.paths, "\n") + "\n", "body": string(w.body)}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return 0, fmt.Errorf("wrk: %w", err)
		}
	}
	cmd := exec.CommandContext(ctx, "wrk", "-t1", fmt.Sprintf("-c%d", w.connections), fmt.Sprintf("-d%ds", int(w.lasts.Seconds())),
		"-s", filepath.Join(dir, "wrk.lua"), base, "--", w.method, filepath.Join(dir, "paths"), filepath.Join(dir, "body"), w.header)
	text, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return 0, errors.New("wrk is not installed: apt-get install wrk / 缺少 wrk，请先安装")
	}
	if err != nil {
		return 0, fmt.Errorf("wrk: %w: %s", err, text)
	}
	_, found, _ := strings.Cut(string(text), "found:")
	var requests, microseconds, broken, refused int64
	if _, err := fmt.Sscan(found, &requests, &microseconds, &broken, &refused); err != nil {
		return 0, fmt.Errorf("wrk says %q: %w", text, err)
	}
	if requests == 0 || broken > 0 || refused > 0 {
		return 0, fmt.Errorf("wrk: of %d requests to %s %d were refused, and %d connections failed", requests, w.paths[0], refused, broken)
	}
	return float64(requests) / float64(microseconds) * 1e6, nil
}

// address is the path of a question.
func address(path string, values ...string) string {
	query := url.Values{}
	for i := 0; i < len(values); i += 2 {
		query.Set(values[i], values[i+1])
	}
	return path + "?" + query.Encode()
}

// wrkScript makes every request before the run, so that the load generator only copies bytes.
const wrkScript = `
local requests, at = {}, 0

function init(args)
  local file = io.open(args[3], "rb")
  local body = file:read("*a")
  file:close()
  if body == "" then body = nil end
  local headers = {}
  local name, value = string.match(args[4] or "", "^([^:]+): (.*)$")
  if name then headers[name] = value end
  for path in io.lines(args[2]) do
    requests[#requests + 1] = wrk.format(args[1], path, headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary)
  local e = summary.errors
  print(string.format("found: %d %d %d %d", summary.requests, summary.duration, e.connect + e.read + e.write + e.timeout, e.status))
end
`
