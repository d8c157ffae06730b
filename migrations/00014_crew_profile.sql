-- +goose Up
create table crew_profile (
    name       text collate "C" primary key,
    said       jsonb not null,
    updated_at timestamptz not null
);
comment on table crew_profile is 'What was said about the survey files of a crew: {key: {value, at, actor}} by the keys of census.Crew.';
