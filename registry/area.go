package registry

import (
	"citygrid/geo"
	"citygrid/registry/catalog"
)

// Level is the rank of an Area in the city's division.
type Level string

// The levels, from the narrowest to the widest. A managed area (市管区域) is a set of whole cells across the nesting
// of the other levels.
const (
	LevelGrid      Level = "grid"
	LevelCommunity Level = "community"
	LevelStreet    Level = "street"
	LevelManaged   Level = "managed"
	LevelDistrict  Level = "district"
	LevelCity      Level = "city"
)

// Text returns the level's name in Chinese and English.
func (l Level) Text() Text {
	switch l {
	case LevelGrid:
		return Text{ZH: "单元网格", EN: "grid cell"}
	case LevelCommunity:
		return Text{ZH: "社区", EN: "community"}
	case LevelStreet:
		return Text{ZH: "街道", EN: "street"}
	case LevelManaged:
		return Text{ZH: "市管区域", EN: "managed area"}
	case LevelDistrict:
		return Text{ZH: "区", EN: "district"}
	case LevelCity:
		return Text{ZH: "市", EN: "city"}
	}
	return Text{ZH: string(l), EN: string(l)}
}

// Area is a part of the city: a district, street, community, grid cell or managed area.
type Area struct {
	Code         string // digits by level (6, 9, 12, 15), or the managed area's own code
	Level        Level
	Name         string
	NameEN       string
	Parent       string // code of the area above; empty for districts and managed areas
	SquareMetres float64
	Geometry     geo.EWKB // MultiPolygon, EPSG:4326
}

// City is the one city that the registry serves.
type City struct {
	Code      string          `json:"code"`
	Name      string          `json:"name"`
	NameEN    string          `json:"name_en"`
	Edition   catalog.Edition `json:"edition"` // the active edition of the catalogue
	Synthetic bool            `json:"synthetic"`
	Notice    string          `json:"notice"`
	NoticeEN  string          `json:"notice_en"`
	Extent    [4]float64      `json:"extent"` // west, south, east, north in degrees: the area of use
	Centre    [2]float64      `json:"centre"` // longitude, latitude
}
