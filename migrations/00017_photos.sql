-- +goose Up
-- Photos of components. The bytes lie elsewhere, by their digest; a photo without a live link is nobody's and may be swept.
create table photo (
    digest text collate "C" primary key check (digest ~ '^[0-9a-f]{64}$'),
    kind   text collate "C" not null check (kind in ('jpeg', 'png', 'webp')),
    bytes  bigint not null,
    width  int not null,
    height int not null
);
comment on table photo is 'What is known of a photo that a component has or had; digest is the SHA-256 of its bytes.';

create table component_photo (
    component_id bigint not null,
    digest       text collate "C" not null references photo,
    position     int not null,
    name         text not null,
    batch_id     uuid not null references import_batch,
    change_id    bigint not null references change,
    removed_by   bigint references change
);
create unique index component_photo_live on component_photo (component_id, digest) where removed_by is null;
create index component_photo_digest on component_photo (digest) where removed_by is null;
create index component_photo_batch on component_photo (batch_id) where removed_by is null;
comment on table component_photo is 'Which component has which photo. No foreign key to component: one that an undo withdrew keeps its photos, as it keeps its codes.';
comment on column component_photo.position is 'The number in the name of the file, or the place in the cell that named it; 0: neither.';
comment on column component_photo.removed_by is 'The change that took it away, the undo of its batch; null: the component has it. The row is its own history.';
