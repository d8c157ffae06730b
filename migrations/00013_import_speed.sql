-- +goose Up
-- The check of its sub-class for each row was a quarter of an import. A promotion now checks all at once; what is in use still cannot go.
alter table component drop constraint component_edition_kind_subclass_fkey;
-- +goose StatementBegin
create function keep_subclass_in_use() returns trigger language plpgsql as $$
begin
    if (tg_op = 'DELETE' or (new.edition, new.kind, new.code) is distinct from (old.edition, old.kind, old.code))
        and exists (select from component c where (c.edition, c.kind, c.subclass) = (old.edition, old.kind, old.code)) then
        raise foreign_key_violation using message = format('components are of sub-class %s of %s', old.code, old.edition);
    end if;
    return coalesce(new, old);
end
$$;
-- +goose StatementEnd
create trigger keep_subclass_in_use before delete or update on subclass for each row execute function keep_subclass_in_use();
comment on column component.subclass is 'One of its edition, as a promotion checks; no foreign key.';

-- Nobody asks which codes a component has.
drop index component_code_component;

alter table component_code
    add column digest uuid,
    add column change_id bigint;
comment on column component_code.digest is 'Of the last survey row with this code that wrote the component, by the change change_id; it says something while that wrote the component last.';
alter table import_stage
    add column number bigint not null,
    add column digest uuid not null;
comment on column import_stage.number is 'From 1, in the order of the rows, without those that were refused.';
alter table import_batch add column components_revision bigint;
comment on column import_batch.components_revision is 'The revision of the components with which its rows were matched; null: not yet.';

create unlogged table import_match (
    row          bigint  not null,
    component_id bigint  not null,
    change_id    bigint,
    same         boolean not null
);
comment on table import_match is 'Always empty: the pattern of import_match_<batch id>, which staged row names which component. change_id is null where that was withdrawn; same: the component was last written by an equal row.';
