package query

import "testing"

func TestLimitIsClampedToTheMaximum(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"1": 1, "007": 7, "10": 10, "10000": 10_000, "10001": 10_000, "99999999999999999999999": 10_000,
	} {
		if got, err := ParseLimit(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v; want %d", text, got, err, want)
		}
	}
	if got, err := (Parameters{}).Limit(); err != nil || got != DefaultLimit {
		t.Errorf("absent: got %d, %v", got, err)
	}
}

func TestLimitThatIsNoWholeNumberAboveZeroIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "0", "000", "-1", "unlimited", "1.5", "1e3", " 1", "+1", "１", "0x10"} {
		_, err := ParseLimit(text)
		if got, want := refused(t, err), invalidParameter("limit", text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

func FuzzLimit(f *testing.F) {
	for _, text := range []string{"", "1", "10000", "10001", "0", "-1", "unlimited", "99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := ParseLimit(text); err == nil && (n < 1 || n > MaxLimit) {
			t.Errorf("%q gives %d", text, n)
		}
	})
}
