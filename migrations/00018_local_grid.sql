-- +goose Up
create table local_grid (
    name      text collate "C" primary key,
    zone      integer not null check (zone between 4491 and 4554),
    east      double precision not null,
    north     double precision not null,
    rotation  double precision not null check (rotation between -648000 and 648000),
    scale     double precision not null check (scale between 0.99 and 1.01),
    actor     text not null,
    stored_at timestamptz not null
);
comment on table local_grid is
    'Coordinate systems of the city''s own (地方坐标系), by the four parameters of crs.Grid: metres, seconds of arc clockwise, a ratio. Confidential: for conversions alone.';
