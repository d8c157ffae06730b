-- +goose Up
alter table import_upload add column answers jsonb not null default '{}';
comment on column import_upload.answers is 'To what the file leaves open, by the keys of the questions.';
