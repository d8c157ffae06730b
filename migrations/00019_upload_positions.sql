-- +goose Up
alter table import_upload add column positions jsonb not null default '[]';
comment on column import_upload.positions is 'The ways to read its positions that were tried, as census.TriedReading.';
