-- +goose Up
alter table import_match add column by_alias boolean not null;
comment on column import_match.by_alias is 'The code is not the public one of the component, or that was withdrawn.';
