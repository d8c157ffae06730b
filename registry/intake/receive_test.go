package intake

import (
	"os"
	"path/filepath"
	"testing"
)

// Between the making of a file and its lock it looks like one that a dead process left.
func TestAFileThatIsReceivedIsNeverSweptAway(t *testing.T) {
	t.Parallel()
	part := filepath.Join(t.TempDir(), "file")
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		swept := 0
		for {
			select {
			case <-stop:
				stopped <- swept
				return
			default:
			}
			if held := abandoned(part); held != nil {
				if os.Remove(part) == nil {
					swept++
				}
				held.Close()
			}
		}
	}()
	for range 1000 {
		f, err := createLocked(part)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := f.Stat()
		there, gone := os.Stat(part)
		if err != nil || gone != nil || !os.SameFile(ours, there) {
			t.Fatalf("the file is gone: %v", gone)
		}
		f.Close() // as when its process dies
		for gone == nil {
			_, gone = os.Stat(part)
		}
	}
	close(stop)
	if swept := <-stopped; swept == 0 {
		t.Error("nothing was swept")
	}
}
