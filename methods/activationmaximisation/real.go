package activationmaximisation

import (
	"context"
	"fmt"
	"path/filepath"

	"nissl/compute"
	"nissl/method"
	"nissl/nn/load"
)

const (
	cifarImages = "networks/images/cifar10_test200_from_jpeg.bin"
	resnet20    = "networks/resnet-cifar10/resnet20.safetensors"
	squeezeNet  = "networks/squeezenet-imagenet/compressed_SqueezeNet_v1.0.net"
)

// realClaims need networks that the program does not carry.
func realClaims() []method.Claim {
	return []method.Claim{
		{
			Name:          "ResNet-20 on CIFAR-10",
			Statement:     "of a ResNet-20 that was trained by others every class has a stimulus that it answers above 200 pictures of equal norm (share of the classes)",
			Accept:        method.AtLeast(1),
			Control:       "a random input of the same norm in its place (mean share of 50)",
			ControlAccept: method.AtMost(.1),
			Cost:          method.Minute,
			Data:          []string{resnet20, cifarImages},
			Measure:       cifarClasses,
		},
		{
			Name:          "SqueezeNet on ImageNet",
			Statement:     "a SqueezeNet that was trained by others takes the stimuli of goldfish, strawberry and espresso for just these among 1,000 classes (share)",
			Accept:        method.AtLeast(.8),
			Control:       "the stimuli of the same classes in a SqueezeNet with the numbers of each weight shuffled, shown to the same network (share)",
			ControlAccept: method.AtMost(.2),
			Cost:          method.Minute,
			Data:          []string{squeezeNet},
			Measure:       imagenetClasses,
		},
	}
}

// naturalOptions are for the pictures that a network takes.
func naturalOptions(n *load.Network, env *method.Env) Options {
	shape := n.Arch.Input().Shape
	o := Options{Steps: 100, Restarts: 2, Step: .1, Picture: Picture{shape[0], shape[1], shape[2]}, TV: .25, Jitter: shape[1] / 16, Seed: env.StreamSeed("ascent")}
	o.Low, o.High = n.Pictures.Range(shape[0])
	return o
}

func cifarClasses(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	path, _ := env.Path(resnet20)
	n, err := load.Describe(d, filepath.Dir(path), "architecture = \"resnet\"\npixels = \"imagenet\"\nweights = \"resnet20.safetensors\"")
	if err != nil {
		return method.Measured{}, err
	}
	defer n.Close()
	path, _ = env.Path(cifarImages)
	pictures, err := n.Labelled(path)
	if err != nil {
		return method.Measured{}, err
	}
	o := naturalOptions(n, env)
	o.Norm = meanNorm(pictures.Inputs)
	st, err := Maximise(ctx, n.Model, "logits", all(10), []int{3, 32, 32}, o)
	if err != nil {
		return method.Measured{}, err
	}
	nl := &nulls{}
	if nl.Data, err = Responses(ctx, n.Model, "logits", st.Units, false, scaled(pictures.Inputs, o.Norm)); err != nil {
		return method.Measured{}, err
	}
	if nl.Random, err = Responses(ctx, n.Model, "logits", st.Units, false, o.random(env.Rand("random"), 50, []int{3, 32, 32})); err != nil {
		return method.Measured{}, err
	}
	above, runs := aboveData(st, nl)
	z, _ := standings(st, nl.Random)
	high, photo := 0., 0.
	for u := range st.Units {
		high += o.Picture.HighFrequencyShare(st.Of(u, st.Best(u))) / 10
		photo += o.Picture.HighFrequencyShare(pictures.Inputs.Data[u*3072:][:3072]) / 10
	}
	return method.Measured{Value: above, Control: mean(runs),
		Detail: fmt.Sprintf("%.1f standard deviations above random inputs; high-frequency share %.3f, of pictures %.3f", z, high, photo)}, nil
}

func imagenetClasses(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	path, _ := env.Path(squeezeNet)
	n, err := load.Open(ctx, d, path)
	if err != nil {
		return method.Measured{}, err
	}
	defer n.Close()
	s := &subject{n: n, shape: n.Arch.Input().Shape, o: naturalOptions(n, env)}
	s.o.Restarts, s.o.Steps = 1, 50
	s.setNorm()
	classes := []int{1, 949, 967}
	stranger, err := n.Copy()
	if err != nil {
		return method.Measured{}, err
	}
	defer stranger.Close()
	if err := stranger.Shuffle(n.Model, env.Rand("shuffle")); err != nil {
		return method.Measured{}, err
	}
	var out method.Measured
	for i, m := range []*load.Network{n, {Model: stranger}} {
		st, err := Maximise(ctx, m.Model, "logits", classes, s.shape, s.o)
		if err != nil {
			return out, err
		}
		answers, err := Responses(ctx, n.Model, "logits", all(1000), false, st.Inputs)
		if err != nil {
			return out, err
		}
		right := 0.
		for u, c := range classes {
			best := 0
			for k := range answers {
				if answers[k][u] > answers[best][u] {
					best = k
				}
			}
			if best == c {
				right++
			}
		}
		if i == 0 {
			out.Value = right / float64(len(classes))
		} else {
			out.Control = right / float64(len(classes))
		}
	}
	return out, nil
}
