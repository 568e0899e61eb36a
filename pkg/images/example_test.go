// SPDX-License-Identifier: Apache-2.0

package images_test

import (
	"fmt"
	"log"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
)

func Example() {
	all, test := cifar.Sample() // or cifar.CIFAR10.Open("cifar-10-binary.tar.gz") for the 60,000
	training, heldOut := all.Split(100, 1)
	fmt.Println(training.Len(), "for training,", heldOut.Len(), "held out,", test.Len(), "for the test")

	batches, err := images.NewDataset(training, images.Options{
		BatchSize: 128,
		Seed:      1,
		Shuffle:   true,
		Augment:   images.Augment{Pad: 4, Flip: images.RandomFlip},
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
