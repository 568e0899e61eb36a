// SPDX-License-Identifier: Apache-2.0

package site

import "html/template"

// A question has one right answer, and a place in the course that shows why.
type question struct {
	Asks    string
	Answers []string
	Right   int
	Because string
	At      template.URL
}

// quiz is what a reader of the course can answer.
var quiz = []question{
	{"How many pixels do the networks see of your photo?", []string{"all of them", "32×32", "224×224"}, 1, "CIFAR-10's images are 32×32 pixels, and so is what every network here reads.", "00_start.html#The-data"},
	{"A plain network of 56 layers ends with a higher training loss than one of 8 layers. What is wrong with it?", []string{"It overfits: it knows the training images by heart.", "It fails to learn what it is shown.", "It has too few weights."}, 1, "Overfitting would show as a low training loss. Here the training loss itself stays high.", "01_plain.html#The-finished-result:-degradation"},
	{"Each layer multiplies the length of the gradient by 0.9. What is left after 50 layers?", []string{"about half", "about a tenth", "about half a percent"}, 2, "0.9 multiplied by itself 50 times is 0.005.", "01_plain.html#The-gradient"},
	{"y = F(x) + x. What is the derivative of y with respect to x?", []string{"F′(x)", "F′(x) + 1", "F′(x) · x"}, 1, "The added x contributes 1: the gradient has a path on which nothing shrinks it.", "02_residual.html#The-mathematics"},
	{"How many weights does the shortcut of a residual block add here?", []string{"none", "as many as a convolution", "one a channel"}, 0, "Where the shape changes, it skips pixels and appends zeros. A residual network is exactly as large as the plain one.", "02_residual.html#The-network,-layer-by-layer"},
	{"You take one block out of a trained network. Which one suffers more?", []string{"the plain network", "the residual network", "both the same"}, 0, "Every plain block reads what the one before wrote. A residual block adds to what passes by.", "02_residual.html#Experiment:-take-a-block-out"},
	{"The gate of a highway block is shut: T(x) = 0. What does the block hand on?", []string{"zeros", "its input x", "H(x)"}, 1, "y = H(x)·T(x) + x·(1 − T(x)), and with T = 0 that is x.", "03_highway.html#The-mathematics"},
	{"Why do the gates of a deep highway network start with a bias below zero?", []string{"So that a new network carries its input through.", "So that its weights stay small.", "So that it computes faster."}, 0, "A bias below zero shuts the gates at first. The gradient then passes, and the network learns where to open them.", "03_highway.html#Experiment:-where-should-the-gates-start?"},
	{"y = [x, F(x)]. A dense block reads 16 channels and writes 24 new ones. How many channels does the next block read?", []string{"24", "40", "384"}, 1, "The new channels are put beside the old ones: 16 + 24 = 40.", "04_dense.html#The-mathematics"},
	{"Three seeds of two networks end at 91.6 ± 0.1 % and 91.8 ± 0.2 %. Which one is better?", []string{"the second", "the first", "Three seeds do not settle it."}, 2, "The means lie as close as the seeds of one network do.", "05_compare.html#The-finished-results"},
}
