package cluster_test

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/cluster"
)

func ExampleStartThrowaway() {
	ctx := context.Background()
	c, err := cluster.StartThrowaway(ctx, cluster.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Stop(ctx)
	if err := c.EnsureDatabase(ctx, "yichang"); err != nil {
		fmt.Println(err)
		return
	}
	conn, err := pgx.Connect(ctx, c.URL("yichang"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close(ctx)
	var metres float64
	err = conn.QueryRow(ctx, `select st_distance(st_point(111.28, 30.70)::geography, st_point(111.29, 30.70)::geography)`).Scan(&metres)
	fmt.Printf("%s, %.0f m, %v\n", c.Recovery(), metres, err)
	// Output: fresh, 958 m, <nil>
}
