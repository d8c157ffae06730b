-- +goose Up
-- What a file says nothing about, because it lacks the column, stays as the registry has it.
alter table import_stage
    add column kept int not null default 0,
    add column given jsonb,
    add column blank text[] not null default '{}';
comment on column import_stage.kept is 'What the component keeps that the row names, by the bits of census.Kept.';
comment on column import_stage.given is 'The extension attributes that the file has; in column extra are also those that are kept.';
comment on column import_stage.blank is 'The extension attributes that an empty cell clears.';
