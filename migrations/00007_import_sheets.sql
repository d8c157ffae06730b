-- +goose Up
-- Rows of a workbook are numbered within their sheet. In a staging table row is the line, and 1<<32 more for each sheet before its own.
alter table import_batch add column sheets text[] not null default '{}';
