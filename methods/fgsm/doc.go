// Package fgsm changes pictures by as little as no person would mind, in the direction that a classifier's
// own gradient names, and counts how many of its answers then fall.
//
// A network that tells digits or cats apart almost without error can be made to err on nearly every picture by
// a change of each pixel that is too small to matter to a person. Noise of exactly the same size does hardly
// anything: it is the direction that counts. The same changed pictures mislead other networks, too, and
// training on them makes a network withstand most of them.
//
// # Idea
//
// With J the loss of a picture x of class y, the picture
//
//	x' = x + ε sign(∇x J(x, y))
//
// raises the loss the most among all that differ from x by at most ε in each pixel, as far as the network is
// linear there. ε is a share of the range of a pixel, so that it means the same before and after the
// network's normalisation, and x' stays within what a picture can be. With several iterations the step is
// 2.5 ε / iterations and is taken again and again from where the last one led, always within ε of x (the basic
// iterative method; from a random start it is projected gradient descent). The sweep halves ε level by level;
// the gradient is compiled once.
//
// Two nulls say whether the direction matters. Noise: ±ε with random signs, the same size in every pixel. The
// gradient of a stranger: the same network with the numbers of each weight shuffled. Both are given at the
// level of the evidence: the smallest ε that halves the accuracy, or the largest where none does.
//
// # Input
//
// One network that classifies pictures or vectors, with its data (--data): "digits" for those that nissl
// embeds, MNIST's IDX files, CIFAR-10's .bin files, a folder of pictures by class. --pixels says how pixels
// become the network's numbers where its loader does not know. Further networks of the same data get the
// examples made with the first (transfer).
//
// # Output
//
//   - metrics examples, clean_accuracy, eps (the level of the evidence), accuracy, noise_accuracy,
//     stranger_accuracy, accuracy_at_largest, confidence_when_wrong (mean probability of the wrong answers);
//     transfer_error and clean_error of the first further network; with --harden the accuracies hardened_clean,
//     hardened_attacked, longer_clean, longer_attacked, before_clean and before_attacked on held-out examples
//   - tables/levels: eps, accuracy, noise_accuracy, confidence_when_wrong
//   - tables/classes: class, examples, clean_accuracy, accuracy, mostly_taken_for (at the level of the evidence)
//   - tables/training with --harden: step, loss of the clean examples while it learns
//   - tables/transfer: network, eps, clean_accuracy, accuracy, noise_accuracy
//   - arrays/clean, arrays/adversarial: up to 100 examples before and after, as shares of a pixel's range
//   - figures: accuracy by ε beside noise and transfer; some examples before, the change, and after
//   - with --harden and a folder (-o), the hardened weights in hardened/model.safetensors
//
// # Paper
//
// I. Goodfellow, J. Shlens and C. Szegedy, Explaining and Harnessing Adversarial Examples (2015).
//
// # Differences from the paper
//
// Adversarial training goes on from the given weights, with α = 0.5 as in the paper, on 80 % of the examples;
// the paper trains from the start with a larger network and early stopping on the adversarial error. The
// iterated version is of Kurakin, Goodfellow and Bengio (2016) and Madry et al. (2018). The nulls are ours.
//
// # Limits
//
// An attack that fails shows no safety: where a network hides its gradient (saturated or not differentiable),
// the sign is of rounding errors. Adversarial training on one step guards against one step: try
// --iterations 10 on what it gave. Examples on which the network was trained are as easily changed as others,
// but its clean accuracy on them says nothing.
package fgsm
