package census

import (
	"fmt"
	"strings"

	"citygrid/registry"
)

// Removal is what a promoted batch left missing of what it was declared to hold in full (import trap 50), and what was removed of that.
type Removal struct {
	Batch   Batch // the promoted one, with its Scope
	InScope int64 // components that the scope holds now, the missing ones among them
	Missing int64 // of these: named by no row of the batch, bad ones included, nor by one that was promoted since, and not changed since
	Changed int64 // missing then and changed since: they are left as they are
	Listed  []MissingComponent
	// Removed is the batch of the removal, which UndoBatch takes back; zero while nothing was removed.
	Removed  BatchID
	Revision int64 // of the removal
}

// DefaultShare is the largest part of a scope that is removed without saying so, in percent.
const DefaultShare = 20

// Promoter is who brought a batch in: who sent it, and who promoted it, which may be two.
type Promoter struct{ Sender, Committer string }

// Second refuses an actor who is no second person: who brought the batch in does not remove what it lacks. Forbidden. Names are compared without case
// and surrounding space.
func (p Promoter) Second(actor string) error {
	for _, first := range []string{p.Sender, p.Committer} {
		if strings.EqualFold(strings.TrimSpace(first), strings.TrimSpace(actor)) {
			return registry.NewError(registry.Forbidden, "second_person",
				fmt.Sprintf("该批次由 %s 入库；缺失部件须由另一人（另一密钥）移除", first),
				fmt.Sprintf("%s brought the batch in: somebody else, with another key, has to remove what it lacks", first))
		}
	}
	return nil
}

// Allowed refuses a removal of more than share percent of the scope: a part of a delivery is easily taken for the whole. Conflict.
func (r Removal) Allowed(share int) error {
	if r.Missing*100 <= int64(share)*r.InScope {
		return nil
	}
	needed := (r.Missing*100 + r.InScope - 1) / r.InScope
	return registry.NewError(registry.Conflict, "large_share",
		fmt.Sprintf("将移除申报范围内 %d 个部件中的 %d 个，超过 %d%%：交付是否完整？如确认，请用 --share %d", r.InScope, r.Missing, share, needed),
		fmt.Sprintf("%d of the %d components of the scope would be removed, more than %d %%: was the delivery complete? If so, say --share %d", r.Missing, r.InScope, share, needed))
}

// Removable refuses a batch that cannot say what is missing: Conflict where it is not promoted, or undone, where no scope was declared, and where bad rows
// had no code that can be read: each of them may be any of the components that seem to be missing.
func (b Batch) Removable() error {
	switch {
	case b.State != Promoted:
		return registry.NewError(registry.Conflict, "batch_not_promoted",
			fmt.Sprintf("批次状态为 %s，没有入库，不能据此移除部件", b.State),
			fmt.Sprintf("the batch is %s: only one that is promoted says what is missing", b.State))
	case !b.Scope.Declared():
		return registry.NewError(registry.Conflict, "no_scope",
			"该批次没有申报范围，无法判断哪些部件缺失；请用 --scope 重新导入该文件",
			"no scope was declared for the batch, so that nobody can say what it lacks: import the file again with --scope")
	case b.Unnamed > 0:
		return registry.NewError(registry.Conflict, "rows_without_code",
			fmt.Sprintf("文件中有 %d 行的标识码无法读取，缺失的部件可能就在其中；请改正后重新导入整个文件", b.Unnamed),
			fmt.Sprintf("the codes of %d rows of the file cannot be read, and what seems missing may be among them: mend them and import the whole file again", b.Unnamed))
	}
	return nil
}

// String is the scope as ParseScope reads it.
func (s Scope) String() string {
	var parts []string
	for _, g := range s.Grids {
		parts = append(parts, "grid="+g)
	}
	for _, code := range s.Subclasses {
		parts = append(parts, "subclass="+string(code))
	}
	if len(parts) == 0 && s.Everything {
		return "all"
	}
	return strings.Join(parts, ",")
}
