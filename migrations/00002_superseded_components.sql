-- +goose Up
-- Who keeps in memory where components stand asks which of them changed after a revision: those with an image that a later change
-- superseded. Creating a component writes no image, so an import of new ones pays nothing for this.
create index component_version_superseded_by on component_version (superseded_by);
