// How an article asks and changes the playgrounds in it.
const cat = document.querySelector('#cat');
document.querySelector('#ask').addEventListener('click', async () => {
  const {
    shape: [rows, cols],
    data,
    cols: words,
  } = await cat.tensor('weights');
  const last = data.slice((rows - 1) * cols);
  const best = last.indexOf(Math.max(...last));
  document.querySelector('#answer').value = `${words[best]} (${Math.round(100 * last[best])} %)`;
});

const causal = document.querySelector('#causal');
document.querySelector('#mask').addEventListener('change', ({ target }) => {
  causal.dispatch({ type: 'set_causal', on: target.checked });
});
