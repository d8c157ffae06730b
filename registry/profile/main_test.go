package profile_test

import (
	"os"
	"testing"

	"citygrid/internal/dbtest"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }
