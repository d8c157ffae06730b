package registry_test

import (
	"context"
	"errors"
	"math"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/data"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// crossing is a registry that holds the city of locator/testdata/crossing, on 23 November 2026.
func crossing(t *testing.T) *registry.Registry {
	t.Helper()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: dbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return today }
	if _, err := profile.Apply(t.Context(), profile.Config{
		Store: postgis.ProfileStore{Store: store}, Lists: lists, Clock: clock, Actor: "test",
	}, os.DirFS("locator/testdata/crossing")); err != nil {
		t.Fatal(err)
	}
	places := locator.New(store, clock, time.UTC)
	if _, err := places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return registry.New(store, places)
}

// The components of the city that the tests ask about.
const (
	ownedCover  = "4205020101000001" // owner W02, supervisor U14, at 111.285 30.715
	bareLamp    = "4205030118000001" // no departments, at 111.305 30.715
	removedLamp = "4205030118000002" // 移除, 9.6 m east of it
)

func everything() registry.Scope { return registry.Scope{All: true} }

func TestLocateTakesSubclassAndRecordFromTheComponent(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	at := orb.Point{111.285, 30.715}
	for _, claim := range []struct {
		name string
		ask  registry.Ask
		want string
	}{
		{"only where", registry.Ask{}, "nobody"},
		{"a subclass", registry.Ask{Kind: catalog.KindComponent, Subclass: "0101"},
			"U03 competent by rule of 420500 component *; passed over: D420502 territory by territory of 420502 * *"},
		{"a component", registry.Ask{Component: ownedCover},
			"W02 owner by recorded; competent: U14 市应急抢险队; passed over: U03 competent by rule of 420500 component *, D420502 territory by territory of 420502 * *"},
		{"a component with what is true of it", registry.Ask{Component: ownedCover, Kind: catalog.KindComponent, Subclass: "0101"},
			"W02 owner by recorded; competent: U14 市应急抢险队; passed over: U03 competent by rule of 420500 component *, D420502 territory by territory of 420502 * *"},
		{"a component that stands elsewhere, for the point that was asked about", registry.Ask{Component: bareLamp},
			"U03 competent by rule of 420500 component *; passed over: D420502 territory by territory of 420502 * *"},
		{"a component that was removed", registry.Ask{Component: removedLamp},
			"U04 maintainer by recorded; competent: U03 市市政设施维护处; passed over: U03 competent by rule of 420500 component *, D420502 territory by territory of 420502 * *"},
	} {
		claim.ask.Point = at
		got, err := r.Locate(t.Context(), everything(), claim.ask)
		if err != nil || got.Grid.Code != "420502001001001" || told(got.Responsible) != claim.want {
			t.Errorf("%s: in %s\n got %s, %v\nwant %s", claim.name, got.Grid.Code, told(got.Responsible), err, claim.want)
		}
	}
}

func TestLocateRefuses(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	inside, outside := orb.Point{111.285, 30.715}, orb.Point{111, 30}
	contradictory := registry.InvalidField("component", ownedCover,
		"部件的小类与 kind/subclass 参数不一致，请去掉这两个参数", "the component's subclass contradicts kind/subclass: leave those two out")
	for _, claim := range []struct {
		name  string
		scope registry.Scope
		ask   registry.Ask
		kind  registry.ErrorKind
		code  string
	}{
		{"a component asked about as an event", everything(), registry.Ask{Point: inside, Component: ownedCover, Kind: catalog.KindEvent}, registry.Invalid, "invalid_parameter"},
		{"a component of another subclass", everything(), registry.Ask{Point: inside, Component: ownedCover, Subclass: "0118"}, registry.Invalid, "invalid_parameter"},
		{"an event of the component's own subclass", everything(), registry.Ask{Point: inside, Component: ownedCover, Kind: catalog.KindEvent, Subclass: "0101"}, registry.Invalid, "invalid_parameter"},
		{"a contradiction even outside all cells", everything(), registry.Ask{Point: outside, Component: ownedCover, Kind: catalog.KindEvent}, registry.Invalid, "invalid_parameter"},
		{"an unknown component", everything(), registry.Ask{Point: inside, Component: "4205029999999999"}, registry.NotFound, "not_found"},
		{"what is no component code", everything(), registry.Ask{Point: inside, Component: "' or 1=1 --"}, registry.NotFound, "not_found"},
		{"who may see nothing", registry.Scope{}, registry.Ask{Point: inside}, registry.Forbidden, "no_role"},
		{"a component for who may see nothing", registry.Scope{}, registry.Ask{Point: inside, Component: ownedCover}, registry.Forbidden, "no_role"},
		{"a component of units that are not one's own", registry.Scope{Units: []registry.UnitCode{"U03"}}, registry.Ask{Point: inside, Component: ownedCover}, registry.NotFound, "not_found"},
		{"a point outside all cells", everything(), registry.Ask{Point: outside}, registry.NotFound, "outside_all_cells"},
	} {
		got, err := r.Locate(t.Context(), claim.scope, claim.ask)
		var known *registry.Error
		if !errors.As(err, &known) || known.Kind != claim.kind || known.Code != claim.code {
			t.Errorf("%s: %+v, %v; want %s", claim.name, got, err, claim.code)
			continue
		}
		if known.Kind == registry.Invalid && !reflect.DeepEqual(known, contradictory) {
			t.Errorf("%s: %+v, want %+v", claim.name, known, contradictory)
		}
	}
	for _, scope := range []registry.Scope{{Public: true}, {Units: []registry.UnitCode{"W02"}}, {Units: []registry.UnitCode{"X", "U14"}}} {
		if _, err := r.Locate(t.Context(), scope, registry.Ask{Point: inside, Component: ownedCover}); err != nil {
			t.Errorf("scope %+v: %v", scope, err)
		}
	}
}

func TestSubclassThatTheCityDoesNotUseIsRefusedFromMemory(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	at := orb.Point{111.285, 30.715}
	r.Store.(*postgis.Store).Close()
	if got, err := r.Locate(t.Context(), everything(), registry.Ask{Point: at, Kind: catalog.KindComponent, Subclass: "0118"}); err != nil || got.Responsible == nil {
		t.Errorf("in use: %+v, %v", got, err)
	}
	unknown := func(kind catalog.Kind, code string) error {
		return registry.InvalidField("subclass", code,
			"城市现行目录中没有该小类；见 /catalog/"+string(kind)+"-subclasses", "the city's catalogue has no such subclass; see /catalog/"+string(kind)+"-subclasses")
	}
	for ask, want := range map[registry.Ask]error{
		{Kind: catalog.KindComponent, Subclass: "9999"}: unknown(catalog.KindComponent, "9999"),
		{Kind: catalog.KindComponent, Subclass: "0999"}: unknown(catalog.KindComponent, "0999"),
		{Kind: catalog.KindEvent, Subclass: "0999"}:     unknown(catalog.KindEvent, "0999"),
		{Subclass: "0118"}: registry.InvalidField("kind", "",
			"给出小类时必须同时给出 kind：component 或 event", "required beside a subclass: component or event"),
	} {
		ask.Point = at
		if got, err := r.Locate(t.Context(), everything(), ask); !reflect.DeepEqual(err, want) || !reflect.DeepEqual(got, registry.Placement{}) {
			t.Errorf("%+v: %+v, %v; want %v", ask, got, err, want)
		}
	}
}

func TestScopeThatSeesNothingIsToldSo(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	_, hold := r.Hold(registry.Scope{})
	_, here := r.WhatsHere(t.Context(), registry.Scope{}, orb.Point{111.285, 30.715}, 30)
	want := error(registry.NewError(registry.Forbidden, "no_role", "该密钥没有任何可用角色，无权读取", "the key has no role that may read"))
	if !reflect.DeepEqual(hold, want) || !reflect.DeepEqual(here, want) {
		t.Errorf("hold: %v, what's here: %v", hold, here)
	}
}

func TestRegistryHoldsThePlacesOfOneRevision(t *testing.T) {
	t.Parallel()
	places, err := crossing(t).Hold(everything())
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, p := range []orb.Point{{111.285, 30.715}, {111, 30}, {111.30, 30.71}} {
		if code, ok := places.Cell(p); ok {
			codes = append(codes, code)
		} else {
			codes = append(codes, "none")
		}
	}
	if want := []string{"420502001001001", "none", "420502001001002"}; places.Revision() != 1 || !reflect.DeepEqual(codes, want) {
		t.Errorf("got %q, revision %d; want %q", codes, places.Revision(), want)
	}
}

func TestWhatsHereRefusesARadius(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	want := error(registry.NewError(registry.Invalid, "invalid_radius", "半径须大于 0 且不超过 500 米", "the radius must be above 0 and at most 500 metres"))
	for _, metres := range []float64{0, math.Copysign(0, -1), -1, math.Nextafter(registry.MaxRadius, 501), 1e300, math.Inf(1), math.Inf(-1), math.NaN()} {
		if here, err := r.WhatsHere(t.Context(), everything(), orb.Point{111.305, 30.715}, metres); !reflect.DeepEqual(err, want) || !reflect.DeepEqual(here, registry.Here{}) {
			t.Errorf("%v m: %+v, %v", metres, here, err)
		}
	}
	for _, metres := range []float64{math.SmallestNonzeroFloat64, registry.DefaultRadius, registry.MaxRadius} {
		here, err := r.WhatsHere(t.Context(), everything(), orb.Point{111.305, 30.715}, metres)
		if err != nil || here.Placement == nil || here.Outside != nil || len(here.Components) == 0 || here.Components[0].Code.String() != bareLamp {
			t.Errorf("%v m: %+v, %v", metres, here, err)
		}
	}
}

func TestWhatsHereListsWhatStandsNearestFirst(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	for _, claim := range []struct {
		name   string
		scope  registry.Scope
		at     orb.Point
		metres float64
		grid   string // "" outside
		want   []string
	}{
		{"without what was removed", everything(), orb.Point{111.3051, 30.715}, 30, "420503001001001", []string{bareLamp, "4205030118000003"}},
		{"nearest first", everything(), orb.Point{111.30515, 30.715}, 30, "420503001001001", []string{"4205030118000003", bareLamp}},
		{"no farther than the radius", everything(), orb.Point{111.305, 30.715}, 19, "420503001001001", []string{bareLamp}},
		{"nothing near", everything(), orb.Point{111.315, 30.705}, 30, "420503001001003", nil},
		{"for a unit, its own", registry.Scope{Units: []registry.UnitCode{"U05"}}, orb.Point{111.305, 30.715}, 30, "420503001001001", []string{"4205030118000003"}},
		{"outside all cells", everything(), orb.Point{111.305, 30.7203}, 500, "", nil},
	} {
		here, err := r.WhatsHere(t.Context(), claim.scope, claim.at, claim.metres)
		if err != nil {
			t.Errorf("%s: %v", claim.name, err)
			continue
		}
		var got []string
		last := 0.0
		for _, near := range here.Components {
			got = append(got, near.Code.String())
			if near.Metres < last || near.Metres > claim.metres {
				t.Errorf("%s: %.2f m after %.2f m", claim.name, near.Metres, last)
			}
			last = near.Metres
		}
		grid := ""
		if here.Placement != nil {
			grid = here.Placement.Grid.Code
		}
		if grid != claim.grid || (here.Outside == nil) == (claim.grid == "") || !reflect.DeepEqual(got, claim.want) {
			t.Errorf("%s: in %q, outside %v, components %q; want %q, %q", claim.name, grid, here.Outside, got, claim.grid, claim.want)
		}
	}
}

func TestWhatsHereOutsideAllCellsStillListsWhatIsNear(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	// 111.285 30.715 is 480 m from the western rim of the city: the cover is within 500 m of a point just beyond it.
	here, err := r.WhatsHere(t.Context(), everything(), orb.Point{111.2799, 30.715}, 500)
	if err != nil || here.Placement != nil || here.Outside == nil || here.Outside.Nearest.Code != "420502001001001" ||
		len(here.Components) != 1 || here.Components[0].Code.String() != ownedCover {
		t.Errorf("got %+v, %v", here, err)
	}
}

// crowded is the real store where everything that stands near stands there again and again.
type crowded struct {
	registry.Store
	stand int // how many there are
}

func (c crowded) ComponentsNear(ctx context.Context, s registry.Scope, p orb.Point, metres float64, limit int) ([]registry.Near, error) {
	near, err := c.Store.ComponentsNear(ctx, s, p, metres, limit)
	if err != nil || len(near) == 0 {
		return near, err
	}
	return slices.Repeat(near[:1], min(c.stand, limit)), nil
}

func TestWhatsHereSaysWhenItCouldNotListAll(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	for stand, complete := range map[int]bool{1: true, registry.MaxNear: true, registry.MaxNear + 1: false, 2 * registry.MaxNear: false} {
		full := *r
		full.Store = crowded{r.Store, stand}
		here, err := full.WhatsHere(t.Context(), everything(), orb.Point{111.305, 30.715}, 30)
		if err != nil || here.Complete != complete || len(here.Components) != min(stand, registry.MaxNear) {
			t.Errorf("of %d: %d listed, complete %v, %v", stand, len(here.Components), here.Complete, err)
		}
	}
	if here, err := r.WhatsHere(t.Context(), everything(), orb.Point{111.315, 30.705}, 30); err != nil || !here.Complete {
		t.Errorf("nothing near: %+v, %v", here, err)
	}
}
