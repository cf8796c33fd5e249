package bundle_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nissl"
	"nissl/format/bundle"
)

// record writes the activity of a network, here zeros, two tokens at a time, until
// there are no more or it has reached stop.
func record(path string, tokens []string, stop int) error {
	s, err := bundle.CreateOrResume(path, bundle.Header{Units: nissl.NumberedUnits(3), Run: "tokens through a network",
		Traces: &bundle.TraceHeader{Rate: 1, Dtype: "float16"}})
	if err != nil {
		return err
	}
	defer s.Close() // keeps what was committed, when the run ends here
	for at := s.Samples(); at < len(tokens); at = s.Samples() {
		if at >= stop {
			return errors.New("interrupted")
		}
		block := tokens[at:min(at+2, len(tokens))]
		activity := make([]float32, 3*len(block)) // tokens × units
		err := errors.Join(s.Append(len(block), activity),
			s.AppendCovariate(nissl.Covariate{Name: "token", Text: block, Rate: 1}),
			s.Commit(""))
		if err != nil {
			return err
		}
	}
	return s.Finish(context.Background())
}

// A run that is interrupted and started again.
func ExampleStream() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "acts.rec")
	tokens := []string{"The", " brain", " is", " wider", " than", " the", " sky"}
	fmt.Println(record(path, tokens, 4))
	fmt.Println(record(path, tokens, 100))
	r, err := bundle.Read(path)
	if err != nil {
		panic(err)
	}
	defer r.Close()
	fmt.Println(r.Traces.Samples(), r.Covariates[0].Text)
	// Output:
	// interrupted
	// <nil>
	// 7 [The  brain  is  wider  than  the  sky]
}
