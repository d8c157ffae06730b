package synth

import "testing"

// A fold would turn streets over one another.
func TestTheBoardBendsWithoutFolding(t *testing.T) {
	t.Parallel()
	w := yichangBoard()
	least, most := 1.0, 1.0
	for x := -7490.0; x < 15490; x += 20 {
		for y := -4490.0; y < 5990; y += 20 {
			s := w.swell(vec{x, y})
			least, most = min(least, s), max(most, s)
		}
	}
	if least < 0.2 || most > 5 {
		t.Errorf("a square metre of board becomes %.2f to %.2f m²", least, most)
	}
}

func TestRingsKnowTheirInsideExactly(t *testing.T) {
	t.Parallel()
	// A square with a notch from the top whose tip is at 5, 2.
	ring := []place{{0, 0}, {10, 0}, {10, 10}, {6, 10}, {5, 2}, {4, 10}, {0, 10}}
	for p, want := range map[place]int{
		{5, 1}: 1, {5, 2}: 0, {5, 3}: -1, {1, 10}: 0, {5, 10}: -1, {0, 0}: 0, {-1, 0}: -1, {11, 0}: -1, {10, 5}: 0, {9, 2}: 1, {-1, 10}: -1, {-1, 2}: -1, {5, 0}: 0,
	} {
		if got := sideOf(ring, p); got != want {
			t.Errorf("%v: side %d, want %d", p, got, want)
		}
	}
}

func TestDegreesAreWrittenWithSevenPlaces(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{1112846000: "111.2846000", 307012001: "30.7012001", 5: "0.0000005", -12345678: "-1.2345678"} {
		if got := string(appendDegrees(nil, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
