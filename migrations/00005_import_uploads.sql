-- +goose Up
create table import_upload (
    id              uuid primary key,
    name            text not null,
    digest          text not null,
    bytes           bigint not null,
    accept          text not null check (accept in ('all', 'good', 'none')),
    encoding        text not null,
    key_id          text collate "C" not null,
    actor           text not null,
    idempotency_key text,
    received_at     timestamptz not null,
    kept            boolean not null default true,
    revision        bigint not null default 0,
    same_as         uuid,
    recognised      jsonb not null default '[]',
    errors          bigint not null default 0,
    warnings        bigint not null default 0,
    fixed           bigint not null default 0,
    failure_code    text not null default '',
    failure_zh      text not null default '',
    failure_en      text not null default '',
    unique (key_id, idempotency_key)
);
create index on import_upload (received_at);
create index on import_upload (received_at) where kept;
comment on table import_upload is 'Survey files that came over HTTP. The id is that of the batch, which begins later than the upload, and anew when its process ends.';
comment on column import_upload.kept is 'The file is still in the folder of uploads: what becomes of it is not decided.';
