// Package compare asks for the live counterparts of keys and says how they
// differ. Each type of key stands in one file, behind one interface; what is
// asked, how the answer is judged and how an expectation is altered to prove that
// the judge can say no stand there together.
package compare
