-- +goose Up
-- What a file was declared to hold in full, and what its promotion found missing there, so that somebody else can remove it later.
alter table import_batch
    add column scope text not null default '',
    add column rows_unnamed bigint not null default 0;
comment on column import_batch.scope is 'The declared scope as census.Scope writes it; empty: none.';
comment on column import_batch.rows_unnamed is 'Bad rows of which nobody can say what component they name.';

create table import_unstaged (
    batch_id uuid not null references import_batch on delete cascade,
    edition  text collate "C" not null,
    code     text collate "C" not null
);
create index on import_unstaged (batch_id);
comment on table import_unstaged is 'The codes of the bad rows of a staged batch: what they name is not missing. They go with the staging table.';

create table import_missing (
    batch_id     uuid not null references import_batch on delete cascade,
    component_id bigint not null,
    change_id    bigint not null,
    primary key (batch_id, component_id)
);
create index on import_missing (component_id);
comment on table import_missing is 'Components in the declared scope of a promoted batch that no row of it named, nor of one promoted since; change_id wrote the component as it then was.';
