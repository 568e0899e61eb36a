// SPDX-License-Identifier: Apache-2.0

package cifar_test

import (
	"fmt"
	"log"

	"github.com/skipnets/skipnets/pkg/cifar"
)

func Example() {
	all, test := cifar.Sample() // or cifar.Open() for the 60,000 images
	training, heldOut := all.Split(100, 1)
	fmt.Println(training.Len(), "for training,", heldOut.Len(), "held out,", test.Len(), "for the test")

	batches, err := cifar.NewDataset(training, cifar.Options{
		BatchSize: 128,
		Seed:      1,
		Shuffle:   true,
		Augment:   cifar.Augment{Pad: 4, Flip: cifar.RandomFlip},
	})
	if err != nil {
		log.Fatal(err)
	}
	const epoch, firstStep = 0, 5
	for batch, err := range batches.From(epoch, firstStep) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(batch.Inputs[0].Shape(), batch.Labels[0].Shape())
		if err := batch.Finalize(); err != nil { // GoMLX's trainer does that itself
			log.Fatal(err)
		}
	}
	// Output:
	// 900 for training, 100 held out, 500 for the test
	// (Uint8)[128, 32, 32, 3] (Int32)[128, 1]
	// (Uint8)[128, 32, 32, 3] (Int32)[128, 1]
	// (Uint8)[4, 32, 32, 3] (Int32)[4, 1]
}

func ExampleSet() {
	_, test := cifar.Sample()
	for i := range 3 {
		fmt.Println(i, test.Classes[test.Labels[i]], test.Image(i).At(16, 16))
	}
	// Output:
	// 0 airplane {206 208 224 255}
	// 1 automobile {192 196 198 255}
	// 2 bird {151 205 141 255}
}
