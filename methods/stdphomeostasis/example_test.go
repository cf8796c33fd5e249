package stdphomeostasis_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"nissl/methods/stdphomeostasis"
)

func Example() {
	rng := rand.New(rand.NewPCG(1, 2))
	task, err := stdphomeostasis.NewTask(100, 20, 1, .2, .05, rng)
	if err != nil {
		panic(err)
	}
	l := stdphomeostasis.Learning{Presentations: 40, Rate: .05, Depression: 1.2, Homeostasis: 60, Gain: .1}
	weight, err := stdphomeostasis.Train(context.Background(), task, l, 1, 1)
	if err != nil {
		panic(err)
	}
	d, err := stdphomeostasis.Detect(context.Background(), task, weight, 20, 1, 1)
	if err != nil {
		panic(err)
	}
	fmt.Printf("hits %.2f, false alarms %.2f\n", d.Hits, d.FalseAlarms)
	// Output: hits 1.00, false alarms 0.00
}
