package synth

import "strconv"

// components writes the census: points as CSV, lines and polygons as GeoJSON.
func (c *city) components(d *folder, items []item, names map[string]string, units []unit, competent map[string]string) error {
	unitNames := map[string]string{}
	for _, u := range units {
		unitNames[u.code] = u.name
	}
	columns := []string{
		"ObjID", "ObjName", "DeptCode1", "DeptName1", "DeptCode2", "DeptName2", "DeptCode3", "DeptName3",
		"BGID", "ObjState", "ORDate", "CHDate", "DataSource", "Note", "LocateDSC",
	}
	values := func(it item) []string {
		unit := competent[it.subclass]
		source := "实测"
		if it.ring != nil {
			source = "地形图"
		}
		return []string{
			it.code, names[it.subclass], unit, unitNames[unit], it.owner, unitNames[it.owner], "", "",
			c.cells[it.cell].code, it.state, it.date.Format("2006-01-02"), "", source, "", c.locate(it),
		}
	}
	err := d.write("components/points.csv", func(s *sheet) error {
		if err := s.header(append(columns, "Lon", "Lat", "Height")...); err != nil {
			return err
		}
		for _, it := range items {
			if it.line != nil || it.ring != nil {
				continue
			}
			height := ""
			if it.height != nil {
				height = strconv.FormatFloat(*it.height, 'f', 2, 64)
			}
			row := append(values(it), string(appendDegrees(nil, it.at.lon)), string(appendDegrees(nil, it.at.lat)), height)
			if err := s.row(row...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.features("components/shapes.geojson", func(s *sheet) error {
		for _, it := range items {
			if it.line == nil && it.ring == nil {
				continue
			}
			var props []property
			for i, v := range values(it) {
				if v != "" {
					props = append(props, property{columns[i], v})
				}
			}
			if err := s.feature(props, it.geometry); err != nil {
				return err
			}
		}
		return nil
	})
}

// locate describes the place in words: community and street.
func (c *city) locate(it item) string {
	return c.communities[c.cells[it.cell].community].name + it.where
}

func (it item) geometry(b []byte) []byte {
	if it.line != nil {
		b = append(b, `{"type":"LineString","coordinates":`...)
		return append(appendLine(b, it.line, it.height), '}')
	}
	b = append(b, `{"type":"Polygon","coordinates":`...)
	return append(appendPolygon(b, polygon{it.ring}, it.height), '}')
}
