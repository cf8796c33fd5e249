package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every map finds the planted wiring beyond chance and nothing in shifted trains, and what the directed
// map predicts of silencing its hub holds.
func TestPlanted(t *testing.T) {
	const seed = 1
	t.Log("seed", seed)
	l, err := Close(context.Background(), Planted(seed), 15, seed)
	if err != nil {
		t.Fatal(err)
	}
	check(t, l, .6)
	if l.Hub.Name != "cells/50" {
		t.Errorf("the hub is %s, planted is cells/50", l.Hub.Name)
	}
	if l.Hub.Happened > 2*l.Hub.OtherHappened {
		t.Errorf("silencing the hub changes the others by %.1f spikes/s, silencing another cell by %.1f", l.Hub.Happened, l.Hub.OtherHappened)
	}
}

// The wiring of C. elegans, when the data is there; the maps of 300 cells take minutes, so this is for those
// who ask for it.
func TestWorm(t *testing.T) {
	root := os.Getenv("NISSL_DATA")
	if root == "" || os.Getenv("NISSL_SLOW") == "" {
		t.Skip("set NISSL_DATA to the root of the data and NISSL_SLOW=1 to map the wiring of C. elegans (some minutes)")
	}
	w, err := FromTable(filepath.Join(root, "recordings/celegans_connectome/cook2019_herm_edges.csv"), gaba, 1)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Close(context.Background(), w, 60, 1)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	l.Print(&b)
	t.Log(b.String())
	check(t, l, .52)
}

func check(t *testing.T, l *Loop, least float64) {
	t.Helper()
	for _, m := range l.Maps {
		if m.AUROC < least || m.P > .01 {
			t.Errorf("%s: AUROC %.3f, p %.3g; expected %.2f or more beyond chance", m.Method, m.AUROC, m.P, least)
		}
		if m.Shifted < .46 || m.Shifted > .54 {
			t.Errorf("%s: AUROC %.3f of shifted trains; expected chance", m.Method, m.Shifted)
		}
	}
	if !l.Hub.Held {
		t.Errorf("the prediction did not hold: r = %.3f, p = %.3g", l.Hub.R, l.Hub.P)
	}
}
