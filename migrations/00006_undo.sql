-- +goose Up
-- A promoted batch can be taken back.
alter table import_batch
    drop constraint import_batch_state_check,
    add constraint import_batch_state_check check (state in ('received', 'checked', 'staged', 'promoted', 'rejected', 'undone')),
    add column undone_by bigint references change;
comment on column import_batch.undone_by is 'The change that took it back: who, when and why.';

-- A component that an undo withdrew is in component_version alone, so that no reader can forget to leave it out. Its codes stay, and only it
-- takes them up again, under its old id.
alter table component_code drop constraint component_code_component_id_fkey;
comment on column component_code.component_id is 'A component, or one that was withdrawn: then component_version alone has it, and there is no foreign key for that.';

alter table component_version add column tombstone boolean not null default false;
comment on column component_version.tombstone is 'From change_id to superseded_by the component did not exist: what it was before stands in the row, in the state 移除.';
