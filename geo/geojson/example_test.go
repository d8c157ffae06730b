package geojson_test

import (
	"fmt"
	"strings"

	"citygrid/geo"
	"citygrid/geo/geojson"
)

func ExampleRead() {
	const survey = `{"type":"FeatureCollection","features":[
{"type":"Feature","id":"0102-1","properties":{"name":"雨水井盖"},"geometry":{"type":"Point","coordinates":[111.28,30.7,55.125]}},
{"type":"Feature","id":"0102-2","properties":{},"geometry":{"type":"Point","coordinates":[30.7,111.28]}}
]}`
	for f, err := range geojson.Read(strings.NewReader(survey), geo.Limits{}) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		name, _ := f.Property("name")
		fmt.Println("line", f.Line, f.ID, string(name), f.Geometry.FlatCoords())
	}
	// Output:
	// line 2 0102-1 "雨水井盖" [111.28 30.7 55.125]
	// geojson: feature 2 on line 3: geometry: bad position: lat 111.28 is not within [-90, 90]; latitude and longitude look swapped: write longitude first
}
