// Package vector reads the files of geographic information systems (Shapefile, GeoPackage, KML and KMZ, MapInfo TAB and MIF, DXF, FlatGeobuf, file
// geodatabase) through GDAL's ogr2ogr, a child process that can do little else than read: it has no network, bounded memory and time, only the drivers
// of these formats, files under names that this package gave them, and it ends with its parent. What it reads comes as a stream of records; texts are
// the bytes of the file where the format does not say how they are encoded.
package vector
