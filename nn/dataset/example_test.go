package dataset_test

import (
	"fmt"

	"nissl/nn/dataset"
)

// A training loop that was stopped after step 1 of epoch 0 goes on where it was.
func ExampleEpochs_From() {
	task := dataset.Modular(7, dataset.Add, 0.5, 1)
	batch := &dataset.Set{} // its memory is used again at every step
	order := dataset.Epochs{Len: task.Train.Len(), Batch: 8, Seed: 1}
	for at, indices := range order.From(dataset.Position{Epoch: 0, Step: 2}) {
		task.Train.Fill(batch, indices)
		fmt.Println(at.Epoch, at.Step, batch.Inputs.Shape, len(batch.Labels))
		if at.Epoch == 1 {
			break
		}
	}
	// Output:
	// 0 2 [8 3] 24
	// 1 0 [8 3] 24
}

func ExampleIOI() {
	s := dataset.IOI(4, 2).Sentences[0]
	fmt.Println(dataset.Prompt(s.Text), "->", s.Answer)
	fmt.Println(dataset.Prompt(s.Swapped), "->", s.Subject)
	fmt.Println(dataset.Prompt(s.Corrupted))
	// Output:
	// When Richard and Joseph went to the house, Richard gave a kiss to -> Joseph
	// When Richard and Joseph went to the house, Joseph gave a kiss to -> Richard
	// When Alan and Stephen went to the house, Rachel gave a kiss to
}

func ExampleWindows_Set() {
	letters := func(text string) (ids []int) {
		for _, c := range text {
			ids = append(ids, int(c-'a'))
		}
		return ids
	}
	documents := dataset.Each([]dataset.Document{{Text: "abcde"}, {Text: "fgh"}})
	s, err := dataset.Windows{Length: 4}.Set("letters", documents, letters, 26)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Inputs.Shape, s.Inputs.Data)
	fmt.Println(s.Labels, s.Groups)
	// Output:
	// [2 4] [0 1 2 3 5 6 7 0]
	// [1 2 3 4 6 7 -1 -1] [0 1]
}
