-- +goose Up
alter table import_upload
    add column sheets text[] not null default '{}',
    add column columns jsonb not null default '{}',
    add column crs text not null default '',
    add column scope text not null default '',
    add column fixes jsonb not null default '[]',
    add column rejected bytea not null default '';
comment on column import_upload.sheets is 'The sheets that are read of a workbook; none: all.';
comment on column import_upload.columns is 'The attributes that the sender names for columns.';
comment on column import_upload.crs is 'The coordinate system that the sender names; empty: degrees of WGS 84 or CGCS2000.';
comment on column import_upload.scope is 'What the file claims to hold in full, in the words of its sender.';
comment on column import_upload.rejected is 'The numbers of its bad rows: the steps from one to the next, as unsigned base-128 numbers.';
