package pointindex_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"citygrid/geo/pointindex"
)

func ExampleBuild() {
	index, err := pointindex.Build([]pointindex.Item{
		{ID: 1, At: pointindex.At(orb.Point{111.2846, 30.7012})},
		{ID: 2, At: pointindex.At(orb.Point{111.2848, 30.7012})},
		{ID: 3, At: pointindex.At(orb.Point{111.2946, 30.7012})},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	index.Nearest(orb.Point{111.2849, 30.7012}, 50, func(id int64, metres float64) bool {
		fmt.Printf("%d %.1f m\n", id, metres)
		return true
	})
	// Output:
	// 2 9.6 m
	// 1 28.7 m
}
