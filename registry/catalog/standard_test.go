package catalog_test

import (
	"strings"
	"testing"

	"citygrid/registry/catalog"
)

func TestEveryUnitTypeHasOneWordAndOneName(t *testing.T) {
	t.Parallel()
	const words = `water_utility drainage power_utility street_lighting telecom_operator cable_tv_operator gas_utility
		heating_utility pipeline_owner fire_service roads_bridges public_transport traffic_police police place_names parking
		sanitation ad_owner enforcement greening street_office press_post owner_unit line_owner water_authority port_authority
		environment environment_weather housing_construction housing_authority builder planning civil_defence safety_authority
		civil_affairs transport_authority culture_authority`
	named := map[string]catalog.UnitType{}
	for _, word := range strings.Fields(words) {
		u, err := catalog.ParseUnitType(word)
		if err != nil || string(u) != word {
			t.Errorf("%q parses to %q, %v", word, u, err)
		}
		if other, ok := named[u.NameZH()]; ok {
			t.Errorf("%s and %s are both %s", u, other, u.NameZH())
		}
		named[u.NameZH()] = u
	}
}

func TestUnknownUnitTypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "排水", "Drainage"} {
		_, err := catalog.ParseUnitType(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
}
