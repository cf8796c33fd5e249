package archtest

import (
	"os"
	"testing"
)

// The limits that CONTRIBUTING.md tells.
const (
	fileLines = 400
	funcLines = 80
)

// TestTree holds the repository to its own rules.
func TestTree(t *testing.T) {
	const root = "../.."
	tree := os.DirFS(root)
	source, err := Load(tree)
	if err != nil {
		t.Fatal(err)
	}
	rules := []struct {
		name  string
		check func() []Violation
	}{
		{"Imports", source.Imports},
		{"State", source.State},
		{"Docs", source.Docs},
		{"Lengths", func() []Violation { return source.Lengths(fileLines, funcLines) }},
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) { report(t, rule.check()) })
	}
	t.Run("Words", func(t *testing.T) {
		names, err := Committed(root)
		if err != nil {
			t.Skipf("runs again in a git clone: %v", err)
		}
		found, err := Words(tree, names)
		if err != nil {
			t.Fatal(err)
		}
		report(t, found)
	})
}

func report(t *testing.T, found []Violation) {
	t.Helper()
	for _, v := range found {
		t.Error(v)
	}
}
