/* A scripted program: one that knows nothing of Brood, for the tests of commands. It is the test
 * program itself, started with "--script" as its first argument.
 *
 *     int main(int argc, char **argv) {
 *         if (brood_test_is_scripted(argc, argv)) {
 *             return brood_test_scripted(argc, argv);
 *         }
 *         …
 *
 * The arguments after that are its script, done one after the other:
 *
 *   args …          prints the rest, each as "[length]bytes\n", and ends
 *   say TEXT        writes TEXT and a line end to standard output
 *   complain TEXT   the same to standard error
 *   out N, err N    writes N bytes there, "abcdefghijklmnopqrstuvwxyz" over and over
 *   cat             copies standard input to standard output, to its end
 *   wait            reads standard input to its end
 *   line            reads one byte of standard input, or its end
 *   env NAME        prints "NAME=value", or "NAME is not set"
 *   directory       prints the working directory
 *   manner          prints on how many processors it may run and how nice it is
 *   pid             prints the process number
 *   parent          starts a program, itself with the script "say below wait", and goes on
 *   owner           the same, of a program that ends with this one; "say no" where the system
 *                   cannot do that
 *   host            the same, of a program that is joined when this one ends
 *   twin            starts a program that reads a pipe to its end, forks as one forks who knows nothing
 *                   of Brood, closes the pipe and prints whether the program ends; what was forked
 *                   reads standard input to its end. "no" where nothing forks.
 *   deaf            goes on when it is interrupted or terminated
 *   close N         closes standard stream N
 *   exit N          ends with that code
 *   kill            ends as by kill -9 from outside
 *
 * At the end of its script it ends with 0. What it prints goes out at once, byte for byte. */
#ifndef BROOD_TEST_SCRIPTED_H
#define BROOD_TEST_SCRIPTED_H

#define BROOD_TEST_SCRIPTED "--script"

int brood_test_is_scripted(int argc, char **argv);
int brood_test_scripted(int argc, char **argv);

#endif
