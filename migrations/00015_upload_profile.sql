-- +goose Up
alter table import_upload
    add column profile text not null default '',
    add column keep_blank boolean not null default false;
comment on column import_upload.profile is 'The crew whose file it is; what was remembered of it stands in the other columns.';
comment on column import_upload.keep_blank is 'An empty cell keeps what the component has.';
