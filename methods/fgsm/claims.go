package fgsm

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"nissl/compute"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/load"
	"nissl/nn/train"
)

const (
	mnistImages = "networks/mnist/t10k-images-idx3-ubyte.gz"
	mnistLabels = "networks/mnist/t10k-labels-idx1-ubyte.gz"
	lenet       = "networks/mnist/lenet5_mnist_quantus.safetensors"
	cifarImages = "networks/images/cifar10_test200_from_jpeg.bin"
	resnet20    = "networks/resnet-cifar10/resnet20.safetensors"
)

func claims() []method.Claim {
	noise := "random signs of the same size in every pixel"
	return []method.Claim{
		{
			Name:          "digits",
			Statement:     "a change of .2 in the direction of the gradient's sign takes an MLP that tells more than 95 % of held-out digits below 50 % (accuracy)",
			Accept:        method.AtMost(.5),
			Control:       noise + " (accuracy)",
			ControlAccept: method.AtLeast(.85),
			Cost:          method.Second,
			Measure:       digits,
		},
		{
			Name:          "transfer",
			Statement:     "digits changed by .2 with the gradient of an MLP mislead a softmax regression, too (share of wrong answers above the clean one)",
			Accept:        method.AtLeast(.4),
			Control:       noise + " (share of wrong answers above the clean one)",
			ControlAccept: method.AtMost(.1),
			Cost:          method.Second,
			Measure:       transfer,
		},
		{
			Name:          "adversarial training",
			Statement:     "training on changed digits as well gives back most of the accuracy that a change of .2 takes, at a clean cost of at most 3 points (share of the lost accuracy; the same start, held-out digits)",
			Accept:        method.AtLeast(.5),
			Control:       "as many epochs on clean digits alone, from the network before (share of the lost accuracy)",
			ControlAccept: method.AtMost(.2),
			Cost:          method.Second,
			Measure:       adversarialTraining,
		},
		{
			Name:          "LeNet on MNIST",
			Statement:     "a LeNet-5 that was trained by others and tells 99 % of MNIST's test digits falls below 50 % at .3 (accuracy on 2,000; the maxout network of the paper kept 10.6 % at .25)",
			Accept:        method.AtMost(.5),
			Control:       noise + " (accuracy)",
			ControlAccept: method.AtLeast(.9),
			Cost:          method.Minute,
			Data:          []string{lenet, mnistImages, mnistLabels},
			Measure:       real(lenet, "architecture = \"lenet\"\npixels = \"mnist\"", mnistImages, .3, 2000),
		},
		{
			Name:          "ResNet-20 on CIFAR-10",
			Statement:     "a ResNet-20 that was trained by others loses most of its answers to a change of 4/255 of each pixel (accuracy on 200 pictures)",
			Accept:        method.AtMost(.3),
			Control:       noise + " (accuracy)",
			ControlAccept: method.AtLeast(.65),
			Cost:          method.Minute,
			Data:          []string{resnet20, cifarImages},
			Measure:       real(resnet20, "architecture = \"resnet\"\npixels = \"imagenet\"", cifarImages, 4./255, 0),
		},
	}
}

// trained trains a network on four fifths of the digits and gives the rest.
func trained(ctx context.Context, d *compute.Device, a nn.Architecture, seed uint64) (*load.Network, *load.Examples, error) {
	m, err := nn.Random(d, a.Name(), a, seed)
	if err != nil {
		return nil, nil, err
	}
	n := &load.Network{Model: m}
	e, err := n.Examples("digits", "")
	if err != nil {
		return nil, nil, err
	}
	var fit *dataset.Set
	fit, e.Set = e.Split(.8, 1)
	_, err = train.Run(ctx, m, fit, train.Options{Rate: .005, Schedule: "cosine", Epochs: 20, Seed: seed, PerCall: 1})
	return n, e, err
}

func mlp() nn.Architecture { return &arch.MLP{Sizes: []int{64, 64, 10}, Act: "relu"} }

// scored is the accuracy on inputs of the gradient's sign and of random ones.
func scored(ctx context.Context, n *load.Network, e *load.Examples, env *method.Env, eps float64) (clean, signs, noise float64, err error) {
	s, err := Run(ctx, n.Model, e, nil, Options{Eps: eps, Levels: 1, Draws: 5, Seed: env.StreamSeed("claim")})
	if err != nil {
		return 0, 0, 0, err
	}
	return s.Own.Accuracy[0], s.Own.Accuracy[1], mean(s.Own.NoiseRuns), nil
}

func digits(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	n, e, err := trained(ctx, d, mlp(), env.StreamSeed("mlp"))
	if err != nil {
		return method.Measured{}, err
	}
	defer n.Close()
	clean, signs, noise, err := scored(ctx, n, e, env, .2)
	if err == nil && clean <= .95 {
		err = fmt.Errorf("the network tells %.1f %% of clean held-out digits, too few to speak of", 100*clean)
	}
	return method.Measured{Value: signs, Control: noise, Detail: fmt.Sprintf("clean %.3f on %d held-out digits", clean, e.Len())}, err
}

func transfer(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	n, e, err := trained(ctx, d, mlp(), env.StreamSeed("mlp"))
	if err != nil {
		return method.Measured{}, err
	}
	defer n.Close()
	other, o, err := trained(ctx, d, &arch.MLP{Sizes: []int{64, 10}}, env.StreamSeed("softmax"))
	if err != nil {
		return method.Measured{}, err
	}
	defer other.Close()
	s, err := Run(ctx, n.Model, e, []Judge{{other.Model, o}}, Options{Eps: .2, Levels: 1, Seed: env.StreamSeed("claim")})
	if err != nil {
		return method.Measured{}, err
	}
	c := s.Transfer[0]
	return method.Measured{Value: c.Accuracy[0] - c.Accuracy[1], Control: c.Accuracy[0] - c.Noise[1],
		Detail: fmt.Sprintf("softmax regression: accuracy %.3f clean, %.3f changed; the MLP %.3f and %.3f", c.Accuracy[0], c.Accuracy[1], s.Own.Accuracy[0], s.Own.Accuracy[1])}, nil
}

func adversarialTraining(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	m, err := nn.Random(d, "mlp", &arch.MLP{Sizes: []int{64, 256, 10}, Act: "relu"}, env.StreamSeed("mlp"))
	if err != nil {
		return method.Measured{}, err
	}
	defer m.Close()
	e, err := (&load.Network{Model: m}).Examples("digits", "")
	if err != nil {
		return method.Measured{}, err
	}
	fit, _ := e.Split(.8, 1)
	if _, err := train.Run(ctx, m, fit, train.Options{Rate: .005, Epochs: 10, Seed: 1, PerCall: 1}); err != nil {
		return method.Measured{}, err
	}
	h, err := Harden(ctx, m, e, Training{Eps: .2, Epochs: 40, Rate: .002, Seed: 1})
	if err != nil {
		return method.Measured{}, err
	}
	cost, lost := h.Longer.Clean-h.After.Clean, h.Before.Clean-h.Before.Attacked
	if cost > .03 {
		return method.Measured{}, fmt.Errorf("adversarial training costs %.1f points of clean accuracy, above 3", 100*cost)
	}
	return method.Measured{Value: (h.After.Attacked - h.Before.Attacked) / lost, Control: math.Max(0, (h.Longer.Attacked-h.Before.Attacked)/lost),
		Detail: fmt.Sprintf("clean and attacked accuracy: before %.3f %.3f, clean training %.3f %.3f, adversarial training %.3f %.3f",
			h.Before.Clean, h.Before.Attacked, h.Longer.Clean, h.Longer.Attacked, h.After.Clean, h.After.Attacked)}, nil
}

// real measures a network that was trained by others.
func real(weights, description, images string, eps float64, most int) func(context.Context, *method.Env) (method.Measured, error) {
	return func(ctx context.Context, env *method.Env) (method.Measured, error) {
		d, err := compute.Open(compute.Options{})
		if err != nil {
			return method.Measured{}, err
		}
		defer d.Close()
		path, _ := env.Path(weights)
		n, err := load.Describe(d, filepath.Dir(path), fmt.Sprintf("%s\nweights = %q", description, filepath.Base(path)))
		if err != nil {
			return method.Measured{}, err
		}
		defer n.Close()
		data, _ := env.Path(images)
		e, err := n.Examples(data, "")
		if err != nil {
			return method.Measured{}, err
		}
		if most > 0 {
			e.Set = e.Batch(env.Rand("examples").Perm(e.Len())[:most])
		}
		clean, signs, noise, err := scored(ctx, n, e, env, eps)
		return method.Measured{Value: signs, Control: noise, Detail: fmt.Sprintf("clean %.3f on %d", clean, e.Len())}, err
	}
}
