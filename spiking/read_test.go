package spiking

import (
	"reflect"
	"testing"
)

// What a model says of itself, with every default, is the same model.
func TestDescribe(t *testing.T) {
	m, err := Read("testdata/brunel.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := m.Describe()
	again, err := Parse("described.toml", []byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if got := again.Describe(); got != text {
		t.Errorf("described again:\n%s\nfirst:\n%s", got, text)
	}
	again.Populations[0].N, m.Populations[0].N = 800, 800
	if !reflect.DeepEqual(record(t, again, 2, .02), record(t, m, 2, .02)) {
		t.Error("the described model has other spikes")
	}
}
