package geojson

import (
	"slices"
	"strings"

	"citygrid/geo"
)

// parse reads one feature object. The text is copied where it is kept.
func (f *Feature) parse(text []byte, lim geo.Limits) error {
	if err := checkUTF8(text); err != nil {
		return err
	}
	v := value{text: text}
	if err := v.whole(); err != nil {
		return err
	}
	if v.at = 0; v.next() != '{' {
		return fault(FaultType, "the feature is not an object", "要素不是对象")
	}
	var kind string
	var hasGeometry bool
	err := v.object(func(name string) (err error) {
		v.space()
		switch name {
		case "type":
			kind, err = v.plain()
		case "id":
			f.ID, err = v.id()
		case "properties":
			f.Properties, err = v.properties()
		case "geometry":
			hasGeometry = true
			f.Geometry, err = v.geometry(lim)
		case "crs":
			err = v.crs()
		default:
			err = v.skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case kind != "Feature":
		return faultf(FaultType, "the type of the feature is %q, not Feature", "要素的 type 为 %q，应为 Feature", kind)
	case !hasGeometry:
		return fault(FaultMember, "the feature has no geometry member (null is allowed)", "要素缺少 geometry（可以为 null）")
	}
	return nil
}

// whole passes over one value and refuses anything after it.
func (v *value) whole() error {
	if err := v.skip(); err != nil {
		return err
	}
	if v.at < len(v.text) {
		return v.bad()
	}
	return nil
}

// plain is a string, or any other value as it is written.
func (v *value) plain() (string, error) {
	if v.next() == '"' {
		return v.string()
	}
	raw, err := v.raw()
	return string(raw), err
}

func (v *value) id() (string, error) {
	switch c := v.next(); {
	case c == '"', c == '-', c >= '0' && c <= '9':
		return v.plain()
	}
	return "", fault(FaultMember, "the id is neither a string nor a number", "id 既不是字符串也不是数值")
}

// properties are an object or null; a feature without the member is taken as if it said null.
func (v *value) properties() ([]Member, error) {
	if v.next() == 'n' {
		return nil, v.skip()
	}
	if v.next() != '{' {
		return nil, fault(FaultMember, "the properties are neither an object nor null", "properties 既不是对象也不是 null")
	}
	var out []Member
	err := v.object(func(name string) error {
		raw, err := v.raw()
		out = append(out, Member{Name: name, Value: slices.Clone(raw)})
		return err
	})
	return out, err
}

// crs refuses the member of the 2008 specification unless it names WGS 84 in longitude and latitude, which is all that
// RFC 7946 (section 4) allows.
func (v *value) crs() error {
	v.space()
	raw, err := v.raw()
	if err != nil {
		return err
	}
	name := string(raw) // said in the message if there is no name inside
	crs := value{text: raw}
	if crs.next() == '{' {
		err = crs.object(func(member string) error {
			crs.space()
			if member != "properties" || crs.next() != '{' {
				return crs.skip()
			}
			return crs.object(func(member string) (err error) {
				crs.space()
				if member != "name" {
					return crs.skip()
				}
				name, err = crs.plain()
				return err
			})
		})
	}
	if err != nil || isWGS84(name) {
		return err
	}
	if len(name) > 100 {
		name = strings.ToValidUTF8(name[:100], "") + "…"
	}
	return faultf(FaultCRS, "the coordinates are declared in %s: GeoJSON is read in longitude and latitude on WGS 84 only (CRS84, EPSG:4326); convert it first",
		"坐标系声明为 %s：GeoJSON 只接受 WGS 84 经纬度（CRS84、EPSG:4326），请先转换", name)
}

// isWGS84 knows the names under which programs write CRS84 and EPSG:4326. In GeoJSON the latter too means longitude
// first.
func isWGS84(name string) bool {
	switch strings.ToUpper(name) {
	case "URN:OGC:DEF:CRS:OGC:1.3:CRS84", "URN:OGC:DEF:CRS:OGC::CRS84", "OGC:CRS84", "CRS84",
		"URN:OGC:DEF:CRS:EPSG::4326", "EPSG:4326",
		"HTTP://WWW.OPENGIS.NET/DEF/CRS/OGC/1.3/CRS84", "HTTP://WWW.OPENGIS.NET/DEF/CRS/EPSG/0/4326":
		return true
	}
	return false
}
