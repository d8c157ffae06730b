package auth_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"citygrid/api/auth"
)

func TestMintedKeyIsReadBack(t *testing.T) {
	t.Parallel()
	shown, id, sha, err := auth.Mint(rand.Reader, "prod")
	if err != nil {
		t.Fatal(err)
	}
	token, err := auth.ParseToken(shown)
	if err != nil || token.ID != id || token.Environment != "prod" || !bytes.Equal(token.SecretSHA256(), sha) || len(sha) != sha256.Size {
		t.Errorf("%s: got %v, %v", shown, token, err)
	}
	if strings.Contains(fmt.Sprint(token), strings.Split(shown, "_")[3]) {
		t.Errorf("%v shows its secret", token)
	}
}

func TestOneWrongCharacterIsNoticedWithoutTheStore(t *testing.T) {
	t.Parallel()
	shown, _, _, err := auth.Mint(rand.Reader, "dev")
	if err != nil {
		t.Fatal(err)
	}
	for i := range shown {
		for _, c := range "aZ0_" {
			typo := shown[:i] + string(c) + shown[i+1:]
			if _, err := auth.ParseToken(typo); err == nil && typo != shown {
				t.Errorf("%s passes for %s", typo, shown)
			}
		}
	}
}

func TestTextThatIsNoKeyIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "grid", "grid____", "grid_dev_12345678_x_00000000", "Bearer", strings.Repeat("_", 1000), "grid_dev_1234567é_" + strings.Repeat("a", 43) + "_00000000"} {
		if token, err := auth.ParseToken(text); err == nil {
			t.Errorf("%q is read as %v", text, token)
		}
	}
}

func TestMintNeedsAnEnvironmentAndRandomness(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"", "Prod", "a_b", strings.Repeat("x", 17)} {
		if shown, _, _, err := auth.Mint(rand.Reader, env); err == nil {
			t.Errorf("%q: minted %s", env, shown)
		}
	}
	if _, _, _, err := auth.Mint(strings.NewReader("too short"), "dev"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("without randomness: %v", err)
	}
}

func FuzzToken(f *testing.F) {
	shown, _, _, err := auth.Mint(bytes.NewReader(bytes.Repeat([]byte{7}, 40)), "dev")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(shown)
	f.Add("grid_dev_00000000_" + strings.Repeat("0", 43) + "_00000000")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := auth.ParseToken(text)
		if err == nil && !strings.HasPrefix(text, token.String()+"_") {
			t.Errorf("%q is read as %v", text, token)
		}
	})
}

func ExampleMint() {
	random := bytes.NewReader(bytes.Repeat([]byte{1}, 40)) // rand.Reader, in earnest
	shown, id, sha, err := auth.Mint(random, "dev")
	fmt.Println(shown)
	fmt.Println(id, len(sha), err)
	// Output:
	// grid_dev_JlJD9WPB_0El6XFXwsUFD8J2vGxsaboW7rZYnQRBP5d9erwRwd29_65c671ac
	// JlJD9WPB 32 <nil>
}

func TestRedactedTextHoldsNothingOfAKey(t *testing.T) {
	t.Parallel()
	shown, _, _, err := auth.Mint(rand.Reader, "prod")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"/units/" + shown:                  "/units/grid_…",
		"/" + shown + "/x/" + shown[:30]:   "/grid_…/x/grid_…", // whole and cut
		"/" + strings.ToUpper(shown) + ".": "/grid_….",
		"/collections/grid-cells/items":    "/collections/grid-cells/items",
		"/":                                "/",
	} {
		if got := auth.Redact(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
