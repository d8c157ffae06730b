package cluster

import (
	"fmt"
	"path/filepath"
)

// Attach returns the address of a database of the server that another process runs on a data folder, such as a command beside a
// serving citygrid needs. ok is false when no server runs there. The server stays the other process's own.
func Attach(dir, database string) (url string, ok bool, err error) {
	dir, err = filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return "", false, fmt.Errorf("cluster: data folder: %w", err)
	}
	c := Cluster{folder: folder{data: filepath.Join(dir, "pg")}}
	running, socket := findServer(c.folder.data)
	if running == nil || socket == "" {
		return "", false, nil
	}
	c.folder.socket = socket
	return c.URL(database), true, nil
}
