-- +goose Up
-- The registry's first shape. Codes are text and compared bytewise (collate "C"), the tie rule of the locator depends on it.
-- Every changeable row names the change that wrote it; superseded images go to the *_version tables, in columns.

-- Where the role may not create extensions, the database's owner does this once beforehand and the line does nothing.
create extension if not exists postgis;

create table change (
    id         bigint generated always as identity primary key,
    actor      text        not null,
    reason     text        not null,
    at         timestamptz not null,
    revision   bigint unique
);
comment on table change is 'One act that changed the registry. revision is given as the last statement before commit, so revisions grow in commit order.';

create table revision_counter (
    only_row boolean primary key default true check (only_row),
    value    bigint not null
);
insert into revision_counter (value) values (0);

create table collection (
    name     text primary key,
    revision bigint not null default 0
);
comment on table collection is 'The last revision that touched a collection: the validator of its answers, and what the locator follows.';
insert into collection (name) values
    ('city'), ('catalogue'), ('areas'), ('units'), ('responsibilities'), ('staff'), ('components');

-- Catalogue ------------------------------------------------------------------------------------------------------------

create table edition (
    code     text collate "C" primary key,
    title    text not null,
    ordinal  int  not null unique
);

create table class (
    edition  text collate "C" not null references edition,
    kind     text collate "C" not null check (kind in ('component', 'event')),
    code     text collate "C" not null,
    name_zh  text not null,
    name_en  text not null,
    primary key (edition, kind, code)
);

create table subclass (
    edition    text collate "C" not null,
    kind       text collate "C" not null,
    code       text collate "C" not null,
    class      text collate "C" not null,
    name_zh    text not null,
    name_en    text not null,
    geometry   text not null default '',
    accuracy   text not null default '',
    source     text not null,
    confidence text not null,
    primary key (edition, kind, code),
    foreign key (edition, kind, class) references class (edition, kind, code)
);

create table crosswalk (
    ordinal      int primary key,
    kind         text collate "C" not null check (kind in ('component', 'event')),
    code_2007    text collate "C" not null,
    code_2013    text collate "C" not null,
    code_2026    text collate "C" not null,
    name_2026_zh text not null,
    relation     text not null,
    note         text not null,
    confidence   text not null
);
comment on table crosswalk is 'A relation between editions, not a function: one code may stand in many rows. An empty code means none in that edition.';

create table filing_standard (
    id                    text collate "C" primary key,
    edition               text collate "C" not null,
    kind                  text collate "C" not null,
    subclass              text collate "C" not null,
    condition_zh          text not null,
    condition_en          text not null,
    limit_text            text not null,
    limit_value           int  not null,
    limit_unit            text not null,
    closing_zh            text not null,
    responsible_unit_type text not null,
    source                text not null,
    confidence            text not null,
    city                  boolean not null default false,
    change_id             bigint not null references change,
    foreign key (edition, kind, subclass) references subclass (edition, kind, code)
);
create index on filing_standard (edition, kind, subclass);
create table filing_standard_version (like filing_standard, superseded_by bigint not null references change);
create index on filing_standard_version (id);

-- The city -------------------------------------------------------------------------------------------------------------

create table city (
    only_row  boolean primary key default true check (only_row),
    code      text collate "C" not null,
    name      text not null,
    name_en   text not null,
    edition   text collate "C" not null references edition,
    synthetic boolean not null,
    notice    text not null,
    notice_en text not null,
    extent    double precision[] not null check (array_length(extent, 1) = 4),
    centre    double precision[] not null check (array_length(centre, 1) = 2),
    change_id bigint not null references change
);

create table city_subclass (
    edition  text collate "C" not null,
    kind     text collate "C" not null,
    subclass text collate "C" not null,
    change_id bigint not null references change,
    primary key (edition, kind, subclass),
    foreign key (edition, kind, subclass) references subclass (edition, kind, code)
);
comment on table city_subclass is 'The subclasses that this city uses, of its active edition.';

create table area (
    code          text collate "C" primary key,
    level         text collate "C" not null check (level in ('district', 'street', 'community', 'grid', 'managed')),
    name          text not null,
    name_en       text not null,
    parent        text collate "C" references area deferrable initially deferred,
    square_metres double precision not null,
    geom          geometry(MultiPolygon, 4326) not null,
    change_id     bigint not null references change
);
create index area_geom on area using gist (geom);
create index area_level on area (level, code);
create index area_parent on area (parent);
create table area_version (like area, superseded_by bigint not null references change);
create index on area_version (code);

create table managed_cell (
    area      text collate "C" not null references area deferrable initially deferred,
    cell      text collate "C" not null references area deferrable initially deferred,
    change_id bigint not null references change,
    primary key (area, cell)
);

create table managed_cell_version (like managed_cell, superseded_by bigint not null references change);

create table unit (
    code      text collate "C" primary key,
    name      text not null,
    name_en   text not null,
    kind      text collate "C" not null check (kind in ('bureau_unit', 'district_centre', 'outside_owner')),
    ring      int  not null check (ring between 1 and 3),
    parent    text collate "C" references unit deferrable initially deferred,
    change_id bigint not null references change
);
create table unit_version (like unit, superseded_by bigint not null references change);
create index on unit_version (code);

create table responsibility (
    area       text collate "C" not null,
    kind       text collate "C" not null check (kind in ('component', 'event', '*')),
    subject    text collate "C" not null,
    role       text collate "C" not null check (role in ('competent', 'owner', 'maintainer', 'territory')),
    unit       text collate "C" not null references unit deferrable initially deferred,
    valid_from date,
    valid_to   date,
    change_id  bigint not null references change,
    unique nulls not distinct (area, kind, subject, role, unit, valid_from, valid_to)
);
comment on table responsibility is 'Who answers for what, where. area is the code of an area or of the city; subject is a subclass, a class or *.';
create table responsibility_version (like responsibility, superseded_by bigint not null references change);

create table staff (
    code      text collate "C" not null,
    name      text not null,
    role      text collate "C" not null check (role in ('inspector', 'officer')),
    area      text collate "C" not null references area deferrable initially deferred,
    change_id bigint not null references change,
    primary key (role, area)
);
comment on table staff is 'One inspector a grid cell, one officer a community; a person may hold several areas.';
create table staff_version (like staff, superseded_by bigint not null references change);

-- Components -----------------------------------------------------------------------------------------------------------

create table component (
    id             bigint generated always as identity primary key,
    code           text collate "C" not null unique,
    edition        text collate "C" not null,
    kind           text collate "C" not null default 'component' check (kind = 'component'),
    subclass       text collate "C" not null,
    name           text not null,
    dept1_code     text collate "C" not null default '',
    dept1_name     text not null default '',
    dept2_code     text collate "C" not null default '',
    dept2_name     text not null default '',
    dept3_code     text collate "C" not null default '',
    dept3_name     text not null default '',
    grid           text collate "C",
    grids_also     text[] not null default '{}',
    stated_grid    text collate "C" not null default '',
    state          text not null,
    first_surveyed date,
    changed_on     date,
    data_source    text not null default '',
    note           text not null default '',
    extra          jsonb,
    geom           geometry not null check (st_srid(geom) = 4326),
    batch_id       uuid not null,
    change_id      bigint not null,
    foreign key (edition, kind, subclass) references subclass (edition, kind, code)
);
create index component_geom on component using gist (geom);
create index component_subclass on component (subclass, code);
comment on column component.change_id is 'The change that wrote the row. No foreign key: one constant a transaction, and a check a row costs a fifth of an import.';
comment on column component.code is 'The code in the city''s active edition: the public feature id.';
comment on column component.geom is 'Any type, with or without Z (a type modifier would force one of the two), EPSG:4326.';
comment on column component.grid is 'Computed from the geometry while rows stream (no foreign key: a check a row would halve the speed of an import); stated_grid is what the survey wrote.';
comment on column component.grids_also is 'The other cells that a line or polygon reaches into.';

create table component_code (
    edition      text collate "C" not null,
    code         text collate "C" not null,
    component_id bigint not null references component,
    primary key (edition, code)
);
comment on table component_code is 'Aliases: every code that ever named a component, by edition. None is reused.';
create index component_code_component on component_code (component_id);

create table component_version (
    like component,
    superseded_by bigint not null references change
);
create index on component_version (id);

-- Census batches -------------------------------------------------------------------------------------------------------

create table import_batch (
    id             uuid primary key,
    source         text not null,
    digest         text not null,
    state          text not null check (state in ('received', 'checked', 'staged', 'promoted', 'rejected')),
    actor          text not null,
    areas_revision bigint,
    started_at     timestamptz not null,
    finished_at    timestamptz,
    reason         text not null default '',
    rows_read      bigint not null default 0,
    rows_good      bigint not null default 0,
    rows_bad       bigint not null default 0,
    created        bigint not null default 0,
    updated        bigint not null default 0,
    unchanged      bigint not null default 0,
    change_id      bigint references change
);
create index on import_batch (digest);
comment on column import_batch.areas_revision is 'The revision of the areas by which its rows were placed; null: by those that its own change put.';

create table import_issue (
    batch_id   uuid not null references import_batch on delete cascade,
    row        bigint not null,
    col        text not null,
    code       text not null,
    severity   text not null check (severity in ('error', 'warning')),
    value      text not null,
    message_zh text not null,
    message_en text not null
);
create index on import_issue (batch_id, row);

-- A crash empties unlogged tables: that is wanted, an unfinished batch is sent again.
create unlogged table import_stage (
    row            bigint not null,
    code           text collate "C" not null,
    edition        text collate "C" not null,
    subclass       text collate "C" not null,
    name           text not null,
    dept1_code     text collate "C" not null,
    dept1_name     text not null,
    dept2_code     text collate "C" not null,
    dept2_name     text not null,
    dept3_code     text collate "C" not null,
    dept3_name     text not null,
    grid           text collate "C",
    grids_also     text[] not null,
    stated_grid    text collate "C" not null,
    state          text not null,
    first_surveyed date,
    changed_on     date,
    data_source    text not null,
    note           text not null,
    extra          jsonb,
    geom           geometry not null
);
comment on table import_stage is 'Always empty: the pattern of import_stage_<batch id>, the staging table of a batch. No partition is one: making or dropping it would wait for every promotion.';

-- Keys -----------------------------------------------------------------------------------------------------------------

create table api_key (
    id            text collate "C" primary key,
    secret_sha256 bytea not null,
    owner         text not null,
    roles         text[] not null,
    created_at    timestamptz not null,
    expires_at    timestamptz,
    revoked_at    timestamptz
);

create table base_layer (
    name      text collate "C" primary key,
    geojson   bytea not null,
    digest    text not null,
    change_id bigint not null references change
);
comment on table base_layer is 'Layers drawn under the map page (streets, water, parks), kept as the documents they came as.';
